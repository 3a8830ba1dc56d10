"""The bus: whether it is reached, who we are to it, and whether letters could go and come. Nothing is sent."""

from __future__ import annotations

from services.chassis.bus.probing import BusSeen, Step
from services.chassis.doctor.finding import Finding, fault, fine, note


def check_bus(seen: BusSeen, url: str, *, running: bool) -> list[Finding]:
    """What was found on the way to the bus; what waits there is news only while the node does not run."""
    if seen.reached is not Step.IN:
        return [_stopped_at(seen, url)]
    found = []
    if seen.missing:
        found.append(
            fault(
                "bus.stream_missing",
                (
                    f"总线可以登录, 但没有函件流或本单位的取件者({seen.cause})",
                    "函件既发不出也收不到; 已写的函件都在本节点, 不会丢失",
                    "请管理总线的人检查总线进程(不只是 nats-server)是否在运行, 以及 bus.toml 中的单位名单",
                ),
                (
                    f"the bus lets us in, but the letters' stream or our consumer is not there ({seen.cause})",
                    "letters neither leave nor arrive; what was written is kept here and is not lost",
                    "have whoever runs the bus look at its process (not only nats-server), and at bodies in bus.toml",
                ),
            )
        )
    if seen.denied:
        names = ", ".join(sorted(seen.denied))
        found.append(
            fault(
                "bus.denied",
                (
                    f"总线不允许与以下单位往来: {names}",
                    "与它们的函件发不出或收不到",
                    "请管理总线的人把这些单位写入 bus.toml 的 bodies, 然后向总线进程发 SIGHUP",
                ),
                (
                    f"the bus does not allow letters with: {names}",
                    "nothing goes to them, or comes from them",
                    "have whoever runs the bus add them to bodies in bus.toml, and send the bus process SIGHUP",
                ),
            )
        )
    if seen.waiting and not running:
        names = ", ".join(sorted(seen.waiting))
        found.append(
            note(
                "bus.waiting",
                (f"总线上有来自 {names} 的函件等待本节点取走", "节点未运行", "启动节点"),
                (f"frames of {names} wait on the bus for this node", "the node does not run", "start the node"),
            )
        )
    return found or [
        fine("bus.usable", f"总线 {url} 可登录, 权限齐全", f"the bus at {url} lets us in, rights are there")
    ]


def _stopped_at(seen: BusSeen, url: str) -> Finding:
    kept = "函件留在本节点, 总线恢复后自动发出", "letters wait here and leave by themselves once the bus is back"
    if seen.reached is Step.ADDRESS:
        return fault(
            "bus.unreachable",
            (f"连不上 {url}({seen.cause})", kept[0], "检查网线、防火墙, 以及总线是否在运行、node.toml 中的地址和端口"),
            (
                f"nobody answers at {url} ({seen.cause})",
                kept[1],
                "look at cable and firewall, whether the bus runs, and at address and port in node.toml",
            ),
        )
    if seen.reached is Step.TLS:
        return fault(
            "bus.tls",
            (
                f"{url} 有应答, 但证书不能互信({seen.cause})",
                f"对方不是本县总线, 或某一方证书过期; {kept[0]}",
                "核对 tls/authority.crt 与总线所用是否相同, 两边证书是否过期, 时钟是否准确",
            ),
            (
                f"{url} answers, but the certificates do not fit ({seen.cause})",
                f"it is not this county's bus, or a certificate has ended; {kept[1]}",
                "compare tls/authority.crt with the bus's, and look at both certificates' ends and at the clocks",
            ),
        )
    return fault(
        "bus.login",
        (
            f"总线拒绝登录({seen.cause})",
            f"总线的名单中没有本单位证书的名称; {kept[0]}",
            "请管理总线的人核对 bus.toml 的 bodies; 或本节点误用了别单位的证书",
        ),
        (
            f"the bus refuses to let us in ({seen.cause})",
            f"its list has no such certificate's name; {kept[1]}",
            "have whoever runs the bus look at bodies in bus.toml; or the certificate here is another body's",
        ),
    )
