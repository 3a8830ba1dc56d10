"""The opener of a matter finds on its desk what the addressee asked, and answers it there."""

from __future__ import annotations

import re
from pathlib import Path

from services.chassis.correspondence import steps
from services.chassis.rpc.callers import Role
from tests.fixtures.offices import OfficeCounty
from tests.integration.correspondence.letters_for_tests import request
from tests.integration.people.people_for_tests import Office as People
from tests.web.browsing import gateway_before


async def test_a_question_stands_on_the_list_until_it_is_answered(office_county: OfficeCounty, tmp_path: Path):
    office, audit = await office_county.open("inspection", "audit")
    matter_id = office.sends("info.request", "audit", request(office_county.book, "audit")).letter_id
    await office_county.deliver()
    audit.do(lambda tx: steps.sign_for(tx, audit.node.office, matter_id, audit.actor))
    audit.do(lambda tx: steps.ask_back(tx, audit.node.office, matter_id, audit.actor, "是否含下属单位?"))
    await office_county.deliver()
    await (await People(office.node.database, office_county.clock).found()).hire("clerk", Role.CLERK)
    async with gateway_before(office, office_county.clock, tmp_path) as gateways:
        clerk = await gateways.at("clerk", "zh")
        todo = await clerk.page("/")
        (address,) = re.findall(r'href="([^"]*)">答复反问</a>', todo)
        assert "是否含下属单位" in await clerk.page(address)
        empty = await clerk.sends(address, f"{address}/clarify", answer=" ")
        assert empty.status_code == 422
        answered = await clerk.sends(address, f"{address}/clarify", answer="含下属单位。")
        assert "已发出说明; 期限不变。" in answered.text
        assert "答复反问</a>" not in await clerk.page("/")
        assert f"{address}/clarify" not in await clerk.page(address)
