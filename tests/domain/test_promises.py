"""What clause D7 lets an agent write to a client, and what it does not."""

import inspect
import pkgutil
import re
import string
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import promise_guard as guard
from domain.promise_guard import Promise, find_promise, promises

# One text per line; the phrase that must be reported stands between the marks.
REFUSED = """
    We will have it fixed «by Friday».
    You will have the export back «by Friday afternoon».
    Should be done «by Fri».
    We aim to ship it «by next Tuesday».
    This will be resolved «by end of day».
    You should see the change «by the end of the day».
    The fix goes out «by EOD».
    We plan to have this done «by EOW».
    Engineering will finish «by COB Friday».
    A patch will be there «by close of business».
    The defect will be fixed «by the end of the month».
    We are targeting «end of month».
    Expect the correction «at the end of the quarter».
    It should be live «by the end of next week».
    You will be able to log in again «before the weekend».
    It will work «by tomorrow».
    The fix will be live «tomorrow».
    We deploy «tomorrow morning».
    «Tomorrow»!
    We will restart the servers «tonight».
    Your data will be restored «the day after tomorrow».
    We will get this sorted «later today».
    It will be back up «today».
    Fix goes out «today».
    The engineers will deploy a patch «this afternoon».
    Expect a restart «this evening».
    We are going to fix it «this week».
    A hotfix ships «later this week».
    The correction is planned «for this month».
    The fix comes «next week».
    «Next week».
    You can expect it «early next week».
    A fix is planned «for early next month».
    We will look at it «next month».
    It is on the roadmap «for next quarter».
    We will rebuild the page «next year».
    The patch is «coming next Tuesday».
    «On Monday» we will deploy the fix.
    The export will work again «on Monday».
    The correction lands «this Friday».
    We will ship it «Friday».
    «Probably Monday».
    It will be done «Monday at the latest».
    When will it be done? «Friday».
    The problem will be gone «in 3 days».
    It will be fixed «in three days».
    We will have a fix «in 3 business days».
    The site will be back «in a few hours».
    We should have it «in a couple of days».
    The report will be right «in two weeks' time».
    You can log in again «in about an hour».
    Service will be restored «in half an hour».
    It will be solved «in a week or two».
    We expect a patch «in 2 to 3 weeks».
    It will be back «in 1.5 hours».
    You will see an improvement «in the next few days».
    We will roll it out «over the next two weeks».
    The change will reach you «in the coming days».
    This will be fixed «within 24 hours».
    We will solve it «within 24h».
    We will be back online «within the hour».
    It should be corrected «within a week».
    A solution will be there «within 3 days».
    It will be fixed «within hours».
    You will have it «within the next 48 hours».
    We hope to fix it «within days».
    It will be fixed «in less than a week».
    We can do this «in under 2 hours».
    Fix in progress, estimate: «24h».
    «48 hrs».
    «2-3 business days».
    «Probably about two weeks».
    It is «a matter of hours».
    The fix «takes 3 days».
    Repairing the data will «take a week».
    Engineering «needs another two days».
    Please «give us a day or two».
    Please «allow 3 days» for the correction.
    The fix is «two days away».
    It will be done «3 days from now».
    This will be fixed «soon».
    A fix is coming «soon».
    «Soon».
    We will release the fix «very soon».
    The site will be available «shortly».
    You will have a working export «before long».
    This will be fixed «in the near future».
    The patch ships «any day now».
    The system will be back «momentarily».
    The fix will be deployed «on 2026-12-01».
    Fix: «2026-12-01».
    It will be live «on 12/01/2026».
    It will be live «on 1.12.2026».
    Target: «Dec 1».
    We will deploy «on Dec. 1st».
    It is scheduled «for the 1st of December».
    We will ship it «on December 1st 2026».
    We will ship it «on December 1, 2026».
    It will be out «on 1 December».
    We will deploy «on Tuesday, 1 December».
    It will be fixed «on the 15th».
    We are done «by the 15th».
    The fix will arrive «in December».
    It will be fixed «in Dec».
    It will be fixed «by May».
    We hope «for mid-January».
    It will be fixed «sometime in March».
    It will be there «in late June».
    The release is planned «for December 2026».
    It is planned «for early 2027».
    This will be redesigned «in 2027».
    It will be fixed «in Q1».
    Planned «for Q3 2027».
    It will be done «in the first quarter».
    It will be ready «in spring».
    We will rebuild it «this summer».
    You will have it «before Christmas».
    We will ship it «after the New Year».
    The team will deploy «over the weekend».
    We will do it «this weekend».
    The «ETA» is being worked out.
    «ETA»: unknown as of now.
    «E.T.A.» to follow.
    «ETR» is to be confirmed.
    The «estimated time of resolution» is not long.
    We will send you an «estimated date».
    «Estimated completion» is being looked at.
    It is expected «by Thursday».
    You can expect a fix «on Thursday».
    The correction is due «on Monday».
    This should be fixed «in 10 minutes».
    It will be live «at 5 pm».
    We will restart «at 17:00 today».
    You can log in again «by 5pm».
    It will be back «by 5 o'clock».
    It will be back «by noon».
    It will be back «by 17:30».
    The servers will restart «around midnight».
    It will work again «from 17:00».
    You will have an answer «in the morning».
    We will fix it «overnight».
    We will look at it «first thing» again.
    It will be fixed «in the next release».
    The correction comes «with the next update».
    We will repair it «during the next maintenance window».
    We will answer «on the next business day».
    Let us have a call «on Tuesday» at 10:00.
    You will get an answer «by Wednesday».
    We will have it repaired «until Friday».
    The fix was «postponed to Thursday».
    You may have it «as early as Monday».
    It goes live the «coming Friday».
    We deploy «in week 49».
    IT WILL BE FIXED «BY FRIDAY».
    The error occurred on Monday and we will fix it «on Wednesday».
    The export failed on Friday. It will work again «on Monday».
    The cause was identified, fix «on Monday».
    The release was scheduled «for 12 December».
    We will get this resolved «on Thursday».
    We want to have it fixed «on Thursday».
    «Two hours max».
    This will be fixed «within twenty-four hours».
    We will have it «in a fortnight».
    It will be done «next sprint».
    It will be done «by the end of the sprint».
    The service restarts «at 9 am tomorrow».
    It will be done «within three (3) days».
    It will be done «by Labor Day».
    We should have a resolution for you «by the close of play» today.
    Our developers tell me it'll be sorted out «by Wednesday lunchtime».
    Hopefully this will be done «before the end of the week».
    I'd guess «three or four days».
    You'll be up and running again «in an hour or so».
    «Expected resolution»: Friday 18:00.
    We're confident it can be fixed «within two business days».
    This is going to «take us about 5 working days».
    Look for a fix «in the first week of December».
    A hotfix is slated «for Thursday night».
    Rollout begins «Monday».
    The rollout starts «on Monday».
    The patch drops «next Wednesday».
    We will have more for you «in 48 hours».
    A permanent fix will follow «in a few weeks».
    A permanent fix follows «in about ten days».
    It's on track «for the 12th».
    Target «date: 12/15».
    We anticipate completion «by mid-December».
    Fix «expected 12/4».
    The team is working on it and expects to be finished «around 3pm».
    Should be good to go «by dinner time» tomorrow.
    You can count on it being fixed «by month end».
    We're looking at a «two-week» turnaround.
    Turnaround is «2 weeks».
    The fix is «about a week out».
    The developers need «until Thursday».
    Please bear with us «until Monday».
    We'll get to it «after Thanksgiving».
    It'll be out «before year end».
    «before the year is out» we will fix it, by 31 Dec.
    The database will be restored «at approximately 6:30 PM CT».
    «Estimated time to repair»: 4 hours
    «ETA» 4 hrs
    «Est. completion» 5pm
    The «estimated fix date» is the 3rd of March.
    The «anticipated resolution date» is not known but will be sent.
    We'll release version 2026.5 «in March».
    Release 2026.4 goes live «on 12 December 2026».
    Version 2026.4 ships «in two weeks».
    It will be resolved «no later than Tuesday».
    You will have it «on or before the 30th».
    We are deploying it as we speak and you will see it «in 15 minutes».
    It will be repaired «in the course of the day».
    It'll be ready in the early hours of «Sunday».
    «Some time next week» we will be able to say more.
    «Come Monday», everything will be back to normal.
    «From Monday» on, reports will be complete.
    «Starting Monday» you can use it again.
    «As of Monday» the export will work again.
    It takes effect «from 1 December».
    We will be back to you with a fix «by 10am».
    Our next deployment is «on Thursday».
    Deployment: «Thursday».
    The fix is scheduled to be deployed «during the week of December 7».
    «The week of 7 December» is when we ship.
    «In around 2 weeks' time» you will be able to print.
    «Within one to two weeks» this will be history.
    «In the next 2-3 weeks».
    «Give it 24 hours» and it will be fixed.
    Give us «until the end of the week».
    We're hoping «for sometime this week».
    We are hoping to have this wrapped up «this month».
    Fixed «by Monday», promise!
    FIX «ETA»: TBD
    I don't have an exact date but «likely early January».
    «Not before Christmas», I am afraid.
    Not «until next year».
    The fix won't be available «until next month».
    This won't be fixed «before March».
    It'll be «a couple of days».
    It will be «another 24 hours».
    Could be «a few days».
    It might «take up to a week».
    We'll do it in two shakes, «say an hour».
    We hope to resolve this «in the upcoming week».
    It will be done «in Q2/2027».
    It'll land «in H1 2027».
    We intend to deliver it «in the second half of the year».
    «The second quarter of 2027» is what we plan.
    It is on the roadmap «for 2027».
    You'll have it «for Christmas».
    It should be done «over the holidays».
    We will fix it «after the holidays».
    It'll be live «from tomorrow» on.
    «tmrw»
    See you «tomorrow» with a fix.
    We will talk to engineering «tomorrow» and let you know.
    «Same-day» fix guaranteed.
    We will fix it «the same day».
    «The next day» at the latest you will have it.
    You will get it «the next business day».
    Fix available: «2026/12/01»
    Fix available «01.12.2026»
    Available «1-Dec-2026»
    Available «2026-12-01T17:00Z»
    It will be deployed «by **Friday»**.
    It will be deployed «by _Friday»_.
    It will be deployed «by Fri., 4 Dec».
    It will be fixed «at half past five».
    It will be fixed «at 5».
    It will be fixed «around 5» or 6 pm.
    The site returns «at 6 a.m. on Sunday».
    The team resumes work «on this Monday morning».
    Work on the fix starts «Monday».
    Will be fixed «EOD».
    Fix: «EOB Friday».
    «Coming this fall».
    «Coming in early spring».
    «In the fall» we will replace the module.
    Our «January release» will include it.
    It is «part of the January release».
    It will be «part of the spring release».
    It's included «in the next patch».
    Expect it «in our next major release».
    «The upcoming release contains» the fix; install it with the upcoming release.
    It goes out «with the next sprint».
    «One more day», please.
    «Just one more week».
    «2 more days».
    «Two days at most».
    «A week, tops».
    «Maximum 48 hours».
    «< 24h»
    «~2 days»
    «3+ days»
    «1-2 wks»
    Timeline: «two to three weeks».
    Time to fix: «3 days»
    Time frame is «5-7 business days».
    The fix «requires 3 days» of work.
    Fixing this «takes a week».
    It will «take the team a good week».
    This is «a matter of days».
    It's only «a question of hours».
    «Hours, not days».
    «Any minute now».
    The correction is «imminent».
    We will fix it «in a moment».
    A fix is just «around the corner».
    We will have it «in no time».
    The fix should be with you presently, «in the next hour».
    The page will be back later.. «tonight».
    By this time «tomorrow» it will be fixed.
    By this time «next week» you'll have it.
    «In a fortnight's time».
    «A week from today».
    «A week from Monday».
    «Monday week».
    «Two weeks from now» we will ship.
    «In 14 days» we will ship.
    «In fourteen days» we will ship.
    «Within fourteen (14) days».
    The outage ends «at 22:00».
    We will restore service at «2200 hours».
    It will be fixed «at 17h00».
    It'll be fixed «in 90 minutes».
    It will be ready «at noon».
    Fix «on Wednesday», retest on Thursday.
    Yesterday we found the cause; «tomorrow» we fix it.
    We had hoped «for Monday» but it will be Tuesday.
    We were aiming «for Monday».
    The fix that we tested yesterday will be deployed «on Monday».
    As promised «on Monday», the fix will arrive on Thursday.
    We will have fixed it by then: «Thursday».
    Reopen if it is not fixed «by Thursday».
    We plan to fix it «by the 1st».
    We plan to fix it «on the first of the month».
    Delivery: «calendar week 50».
    Delivery «in CW50».
    Delivery wk 50 or so, «in week 50».
    Expect it «between Monday» and Wednesday.
    Expect it «Monday» or Tuesday.
    «Monday»'s release will fix it.
    «Tomorrow»'s deployment contains the fix.
    «Next week»'s update fixes this.
    «This week»'s sprint includes it.
    The engineers promised «Thursday».
    Engineering says «Thursday».
    They said it will be «Thursday».
    We commit to «3 days».
    Your issue is first in line «for Monday».
    Your issue will be handled «on Monday».
    A specialist will call you «on Monday».
    A specialist will call you «at 3 pm».
    We'll have an answer for you «this afternoon».
    You'll hear from us «tomorrow».
    Next update «at 15:00».
    Next update «in 2 hours».
    The maintenance takes place «on Saturday».
    Maintenance window: «Saturday» 22:00-23:00.
    The site will be down «from 22:00» to 23:00.
    The development team has committed to delivering the correction «by the 20th of January».
    Barring surprises, users should be able to save again «by 8:00 AM CT».
    I can promise it «for Tuesday».
    I'm told it's a «three day» job.
    We'll push a fix to production «at 18:30».
    Engineering is deploying a fix «at 18:30».
    The fix is being deployed «tonight» at 10 PM.
    Expect normal service «from Tuesday morning».
    Full resolution is expected «in early Q2».
    This is planned «for the third quarter of 2027».
    We foresee a fix «in November».
    It'll be addressed «in the weeks to come».
    You'll see it «sometime next quarter».
    It may «take 3-4 weeks».
    The work will «need ten working days».
    «10 working days from today».
    Fix will be live in T-minus «2 hours».
    Please check back «tomorrow».
    Please check again «on Monday», it will be fixed then.
    Please try again «next week».
    Please try again «in an hour».
    Access will return «within thirty minutes».
    We'll get back to you «within one business day».
    You'll get our answer «on 4 December».
    The bug will be squashed «by dawn».
    We are shooting «for Thursday».
    We're aiming at a release «on the 10th».
    The correction is pencilled «in for 10 December».
    The plan is «Friday».
    Current plan: «Friday».
    Current estimate: «two days».
    The estimate is «3 days».
    My best guess is «next Wednesday».
    Looks like it will be «Wednesday».
    Looking like «Wednesday».
    It should only be «a few more hours».
    «Only a few more hours».
    «Couple of hours».
    «A couple days».
    «Few days».
    «Several weeks», unfortunately.
    It will take us «the rest of the week».
    This is due for release «on 12/12/2026».
    «Sat 12 Dec».
    «Saturday 12th December 2026»
    «12th Dec»
    It will be live «on 12.12».
    It will be live «on 12/12».
    The fix will ship «2026.12.01».
    «December 12»
    «Dec 12th 2026»
    «Dec/12/2026»
    «12/Dec/2026»
    The 12th of «this month».
    «Approx 2 weeks»
    «Approximately two weeks».
    «1 week»
    «One week».
    «One month».
    «Half a day».
    «About half a day».
    «Under 48h».
    «36 hours»
    «36h» max
    «2hrs»
    «2 hr»
    «45min»
    We'll be done «in 45min».
    «in 2d»
    Will be fixed «in 2d».
    Will be fixed «in 2 w».
    «in a day»
    «in one day»
    «within the day»
    «Within the next hour»
    «within the week» we'll fix it
    It'll be fixed «inside a week».
    It will be done «over the course of the week».
    «During the next week» the team repairs it.
    Throughout «next week» we roll it out.
    We start on it «Monday» and finish by midweek.
    It'll be done «midweek».
    It will be resolved «early in the week».
    It will be there «late on Thursday».
    It will be there «at the start of the week».
    «At the beginning of December».
    We plan it «for the beginning of the new year».
    It'll be «in the new year».
    We will know more «at lunch».
    We'll know «after the weekend».
    «After lunch» we'll restart.
    By the time you come «in tomorrow» it is fixed.
    «By morning» everything will be restored.
    It'll be up «by morning».
    We will restore it «by evening».
    It will work «before the day is over», by tonight.
    The data will be back «before the day is out».
    The fix lands «before the week is out».
    Not «this week», but next.
    We'll have it «the week after».
    We'll have it «the week after next».
    Two weeks «tomorrow».
    A fix «within two sprints».
    «In two sprints».
    «In one of the next two releases» it will be fixed.
    The fix comes with the «January update».
    «The next release contains» the fix.
    The fix is «in the next version».
    The next release is «on Thursday».
    We'll ship «in the release after next».
    The deadline is «Monday».
    Our deadline for this is «Monday».
    The goal is «Monday».
    Our target is «48 hours».
    The «target resolution» is two business days.
    «Target resolution» time is 2 business days.
    S1 defects are fixed «within 2 business days».
    S2 defects are fixed «in 30 to 120 days».
    Resolution «within 120 days».
    «30 to 120 days»
    «Friday» it is!
    «Friday», most likely.
    «Friday» at noon.
    «Friday» 5pm
    «On Friday».
    «By the weekend».
    «Weekend at the latest».
    «Sometime Thursday».
    «Late Thursday».
    «Thursday»-ish.
    «Around Thursday».
    «Maybe Thursday», maybe Friday.
    «Thursday» or Friday.
    «Thursday»/Friday
    «Not before Thursday».
    «Thursday earliest».
    The specialist returns «on Thursday» and will fix it.
    The engineer is back «on Thursday».
    The fix is with QA «till Thursday».
    QA needs it «till Thursday».
    Testing ends «Thursday».
    Testing is finished «on Thursday».
    Tests run «until Thursday», then we deploy.
    Once QA signs off «on Thursday» it ships.
    We deploy Thursdays, so «this Thursday».
    It'll be deployed «this coming Thursday».
    «Next Thurs».
    «By Thurs».
    «EOD» tomorrow.
    «EOD»
    «eod» today
    «E.O.D.»
    «COB»
    «by c.o.b. Friday»
    ASAP, «by Friday»
    «As soon as Monday».
    We'll fix it soonest, «say Monday».
    You'll «soon» be able to save again.
    A fix will «shortly» be deployed.
    The fix will be released «very shortly».
    The fix is coming «real soon».
    «Soon» to be fixed.
    «Soon» you will be able to print.
    We're almost there, «a few minutes more».
    «A few minutes more».
    «Five more minutes».
    Back «in 5 minutes».
    BRB «in 10 min».
    The service restarts «in five minutes».
    The server will be restarted «in 30 seconds».
    We will be done «in seconds».
    Please stand «by until 5 pm».
    «Allow up to 72 hours» for the data to be restored.
    «Allow 24 hours».
    «Allow us some days».
    «Give us a couple of hours».
    «Give us 2 days».
    Give me «until noon».
    «Give me an hour».
    You can expect it «in the New Year».
    It is due «in a month».
    Due: «Monday»
    Due «tomorrow».
    The fix is «a month away».
    We are «weeks away» from a fix.
    We are only «hours away».
    We're «a day or two away».
    There's «a week to go».
    «3 days to go».
    There are «two weeks» left until the fix.
    It's «two weeks until the release».
    Your fix will arrive «on the first Monday of December».
    «First Monday in December».
    «The last week of November».
    We expect it «the last week of November».
    «End Nov».
    «end of November»
    «By end November».
    «End of the year».
    «EOY»
    «Q4»
    «In 2027».
    «Sometime in 2027».
    «H2/2027»
    «Later this year».
    «Later in the year».
    «Later in the week».
    «Later in the day».
    «Later on today».
    «Early tomorrow».
    «Tomorrow»'s patch.
    «tomorow»
    «to-morrow»
    The «ETA»'s Friday.
    «ETA»?
    «eta» 2 days
    Our «e.t.a.» is two days
    «ETD» Friday
    The «estimated repair time» is low.
    «Estimated time»: 2h.
    Estimated: «2h»
    est. «2h»
    «Projected completion»: Dec 4
    The «expected completion» date is 4 Dec.
    An «approximate timeline»: two weeks.
    Our timeline is «early December».
    Rough timeline: «2 weeks».
    Good news: the correction is going out with «tonight»'s deployment.
    You should be all set «by the start of business» on Monday.
    Looking at the backlog, I would «say late January».
    The fix is in testing and will be released «on Thursday, December 3rd».
    We will have an answer from the team «by mid-week».
    I will follow up with you «on Friday».
    I'll follow up «first thing» Monday.
    I'll check with the developers and reply «by 4pm».
    Once approved, it should «take no more than two days».
    It won't «take longer than a day».
    We are hoping for a resolution «before Thursday».
    Our developers plan to release a fix «during the first half of next month».
    A resolution can be expected «in approximately 10-14 business days».
    The issue will be resolved «in less than 24 hrs».
    This has been prioritised «for the next sprint».
    This has been scheduled for deployment «on 2026-12-04».
    Fix version 2026.5, due «2027-01-15».
    The release containing your fix goes out «on January 15, 2027».
    We'll let you know «by tomorrow noon».
    You will be able to log «in at 3:30 PM».
    It'll be good as new «come Wednesday».
    The database team is restoring your data; it «needs two to three hours».
    Restoring «takes roughly six hours».
    The restore will be complete «around 22:00».
    All data will be back «within the day».
    You can expect daily reports to be right again «from next Monday».
    This should be live «Q1» next year.
    We anticipate that this will be addressed «in the second quarter».
    It's going to be a long weekend for us, but «by Monday» it works.
    I'd expect it «no sooner than March».
    «No sooner than next week».
    It won't be «before next week».
    «Give us a week».
    Check back «in a week».
    Should be quick: «ten minutes».
    «Ten minutes», promise.
    It is a quick fix, «an hour at most».
    We're «2 days out».
    The patch is scheduled «for the night of December 5» to 6.
    «Tonight» between 22:00 and 23:00 we will apply the patch.
    We'll patch your site «this Sunday» at 4 AM CT.
    «After Wednesday»'s deployment the report will work.
    It will be fixed once we deploy «on Wednesday».
    The bug is to be fixed «on Wednesday».
    The fix must be out by then, i.e. «1 December».
    The correction shall be provided «within fourteen calendar days».
    The supplier delivers «on 1 December».
    We need «until mid December».
    Please wait «until tomorrow».
    Please be patient «until the end of the week».
    Please use the old form «until Monday».
    Please use the workaround «until next Tuesday», when the fix is released.
    Use this workaround «for the next two weeks».
    Use the workaround «until 1 December».
    You only need this workaround «for another week».
    This workaround is needed «until the December release».
    The export returns in version 2026.5 «on 15 January».
    FYI the «ETA» we got is Dec 4.
    «estimated time of arrival» unknown
    «Estimated resolution time»: 4h
    Time to resolution: «4 hours»
    SLA: «2 business days»
    Resolution date: «2026-12-04»
    Planned release date: «04 Dec 2026»
    Release date is «4/12/2026».
    Go-live: «04.12.2026»
    Deadline «4 Dec»
    Work should wrap up «this evening».
    We will wrap up «this evening».
    Hang on, we'll have it «in a minute».
    «Just a few more days»!
    «A few days».
    in due course, «probably in spring»
    «by summer»
    «by the summer»
    «before summer»
    «not before summer 2027»
    «before the year's end»
    «within the year»
    «within the next quarter»
    «within this month»
    «in the month of January»
    «in the month ahead»
    in the week «starting 7 December»
    the week commencing «7 December»
    w/c «7 December»
    «on 7/12»
    It will ship «on 7/12».
    It ships «7 Dec».
    «On the seventh of December» it ships.
    «On December the 7th» it ships.
    «7.12.2026»
    «07-12-2026»
    «2026/12/7»
    «Dec '26»
    We will ship «Monday» or Friday.
    We deploy «Saturday» to Sunday, 22:00 - 02:00.
    It will be down «from Monday» to Wednesday.
    It will be done «Monday» to Friday of next week.
    Available «from 17:00».
    It will be available «by 9:15 AM».
    Hi Tom, quick update: the dev team hopes to wrap this up «before lunch on Wednesday».
    Unfortunately this one will have to wait «till the new year».
    The vendor promised a patch «within the fortnight».
    I'd say «give it another hour» or so.
    The restart should only last «a couple of minutes».
    It'll be «another day» before the index is rebuilt.
    Hotfix 2026.4.2 rolls out at six «tonight».
    You can expect to be back in business «this evening».
    We're targeting «Dec. 18» for the fix.
    Fix lands w/c «14 Dec».
    The change is on the calendar «for January 9th».
    It will make it into the «January release».
    Our best estimate is «mid next week».
    We will «need five to seven days» to rebuild everything.
    Should be sorted by the time you log «in tomorrow».
    This «takes us two sprints».
    The fix needs another round of tests and ships «Thursday».
    Once QA is «through (Tuesday»), we deploy.
    Deployment window: «2026-12-05» 22:00 CT.
    Next maintenance: «Sunday, 2» AM.
    I can give you a date: «11 January».
    The «ETA» is unclear.
    This is scheduled to go live «before the holidays».
    We should know more «by Thursday».
    Your account manager will call you «this week».
    The developer is out «until Monday» and will look at it then.
    You'll be able to run reports again «from 3 PM» onwards.
    It is only a matter of time, «days rather than weeks».
    We will have this corrected «no later than close of business» Friday.
    Please hold off «until the 20th».
    The problem goes away with the «December update».
    Fixing it will «require roughly 40 hours» of work.
    It gets done «this sprint».
    Expect «24 to 36 hours» of delay before all records are back.
    Your data will be re-imported «over night».
    You will have access again «later this morning».
    Latest «by Wednesday».
    A permanent solution is due out «at the end of Q1».
    Expect a fix «by Friday».
    A fix will be released «within 3 days».
    This will be done «next week».
    «ETA» is Thursday.
    We will resolve this «on December 1st».
    Fixed «by 12/1».
    Will be deployed «2026-12-01».
    The patch is «coming on the 3rd».
    Should be ready «in an hour».
    Done «by EOD» tomorrow.
    We hope to have it fixed «by the end of the month».
    Fix «coming in the next couple of weeks».
    You can expect a resolution «in Q2».
    It should be resolved «in the next 24 hours».
    The correction will be live «on Monday, 30 November».
    Probably fixed «by tomorrow morning».
    We're planning a release «in early January».
    We'll have this fixed «in no more than five days».
    This is scheduled «for the week of 14 December».
    «The next deployment will include» it; that is on Tuesday.
    «Estimated completion date»: TBD.
    Our «ETA for the fix» is 5 business days.
    It will be fixed «sometime this month».
    We'll get it done «before year-end».
    This will be resolved «at 3pm».
    It «takes one more week».
    A fix will be available «later this month».
    «In two to three business days» this will work.
    The fix is due «3 Dec».
    Fix planned: «mid December».
    We will be finished «by half past three».
    «Give us 48 hours».
    It will be up again «within minutes».
    The team promised to deliver «on Wednesday».
    Looking forward to fixing this for you «by Monday»!
    Resolution time: «2 days».
    Resolution expected «tomorrow».
    Resolution expected «in the coming week».
    Your issue is going to be fixed «on 01/12».
    It'll be solved before you know it, «say Wednesday».
    We will close this «by the 30th of November at the latest».
    We'll ship 2026.5 «in three weeks».
    Will fix «in 2 weeks».
    Will fix «Monday».
    Will fix «by Mon».
    Fix «tomorrow» AM.
    Fix «this PM».
    Back online «5pm».
    Back online «at 5».
    We have the export fixed «on Monday».
    «On the Monday» it works again.
    It will be fixed «in 2026-12».
    «Fix: 12/4».
    We will rebuild it «next summer».
    It will be there «by the end of the business day» Friday.
    It will be there «in a matter of hours».
    That «takes us a week».
    It will work again «in a bit».
    «The next update brings» the fix.
    We will release it «after 3 days».
"""

# One text per line.
INNOCENT = """
    This is fixed in version 2026.4.
    This was fixed in release 12.1.2.
    Please upgrade to v3.2.1.
    The script needs python 3.11.
    The fix is scheduled for release 2026.4.
    This will be fixed in a future release.
    The emergency line is open 24 hours a day.
    Critical cases are handled 24/7.
    We are working on this around the clock.
    Chat is staffed 7 days a week.
    The export has been failing since Monday.
    On 3 November we saw the first failures.
    The outage started at 14:05 on 2026-11-20.
    Users could not log in yesterday.
    This was reported last week.
    It was reported two days ago.
    Logins have been slow for the last 3 hours.
    After 5 minutes the page times out.
    Reports that take more than 30 minutes are cut off.
    The form waits 10 seconds and then closes.
    Open the May report and press Print.
    You may retry the upload.
    March through the steps one by one.
    The Sun/Mon columns are swapped.
    Click the second tab.
    Run the Friday report again.
    The Daily report is empty.
    The weekly e-mail is not sent.
    The monthly report runs on the first of each month.
    Sessions expire after 20 minutes.
    You can export the data in 3 steps.
    The name is shown in two places.
    Scroll within the form to see the field.
    Work around it by clicking Friday in the calendar.
    By default the filter is off.
    Enter the totals by hand.
    Go to the next page.
    The icon next to the Save button is missing.
    The field is filled by the user.
    The page shows error 2026-1.
    Refer to case number 12/3.
    Filter by date to find the record.
    Use the date range 2026-01-01 to 2026-03-31.
    Work continues; we will tell you as soon as it is fixed.
    You will get an update every day until it is resolved.
    Please reply within 5 days.
    We will fix this as soon as possible.
    A specialist will be in touch shortly.
    We will get back to you soon.
    It will be fixed in due course.
    We could not finish the import in time.
    At some point the counter resets.
    Upload the files one at a time.
    There is no ETA for this defect.
    We are unable to provide an estimated time of resolution.
    Support cannot provide estimated timelines for defect resolution.
    The site was down until Friday.
    The fix was deployed on 3 December 2026.
    This was resolved on Monday.
    We fixed the export on Tuesday and it works again.
    We are still looking at the error you reported on Monday.
    We will fix the error you reported on Monday.
    Since the release on Monday the totals are wrong.
    After the update on Monday the export fails.
    It failed this morning.
    Earlier today some users were logged out.
    Today the site was slow.
    Thank you for contacting us today.
    As of today the export works again.
    The job runs every Monday.
    The job does not run on Mondays.
    Support is available Monday to Friday, 7:00 AM to 6:00 PM Central Time.
    ETO Support is available from Monday - Friday, 7:00 AM to 6:00 PM CT.
    The nightly job runs at 02:00.
    The page now loads in 3 seconds.
    The list refreshes in 30 seconds.
    The timeout is now 60 minutes.
    Phone calls are limited to 30 minutes.
    The 30-day report is empty.
    The 12-month view shows no data.
    Times are shown in the 24-hour format.
    Files older than 90 days are removed.
    Passwords must be changed every 90 days.
    Only 30 days of data are shown.
    The export runs 3 times a day.
    The index is rebuilt once a week.
    Set the filter to "Next week".
    Choose Tomorrow from the list.
    Enter 12/31/2026 as the end date.
    Set the start date to 1 January 2026.
    The totals between 1 March and 31 March are wrong.
    Records dated 2026-05-01 are missing.
    Tomorrow's appointments are missing from the calendar.
    Appointments for next week are not shown.
    The invoice of 3 March was printed twice.
    Open the file report_2026-12-01.csv.
    See https://example.org/2026/12/01/notes for details.
    The server 10.0.12.1 did not answer.
    Call 866 732-3560 x2.
    The image has a ratio of 16:9.
    Your case number is CASE-000123.
    The defect DEF-000045 is attached to your case.
    Question Q1 on the form is not saved.
    The total is off by 12.
    The total is too high by 5 percent.
    On the second try the form was saved.
    The upload fails on the 3rd attempt.
    The 15th row is not printed.
    As soon as you click Save, the page hangs.
    Shortly after the login the page freezes.
    The session ends too soon.
    Fall back to the old form.
    The page lists participants of each program.
    Minute differences in colour are visible.
    As discussed the other day, the filter is wrong.
    There is no time field on the form.
    The timeline view is empty.
    The expected date field is not saved.
    We are working on it.
    Our engineers are investigating the cause.
    The cause has been identified and a fix is being tested.
    The fix has been tested and is being rolled out.
    Export the report as CSV and open it in Excel.
    Use Chrome instead of Internet Explorer.
    Clear the cache, log out and log in again.
    Users at all sites cannot log in.
    Thank you for your patience while we work on this.
    We are sorry for the trouble this causes.
    Your question is answered, so we are closing this case.
    Which browser and version do you use?
    Please send us the exact steps to reproduce it.
    TouchPoints saved by one user are not visible to another.
    If the page hangs, try again in a few minutes.
    If we do not hear from you within 5 days, the case is closed.
    You can reopen the case within 14 days.
    Participants assessed within 30 days of intake are missing.
    The figures for last month are wrong.
    The report of the previous quarter is correct.
    In the past two weeks the export failed four times.
    It failed 5 times in 2 days.
    Users are logged out after 30 minutes of inactivity.
    After 20 minutes you will be logged out.
    The import took 3 hours.
    The page hangs for about 40 seconds.
    The service was out for two hours.
    The outage lasted 45 minutes.
    The bar stops half way.
    The first page is blank.
    The hours field rejects decimals.
    The "Days" column shows minutes.
    The duration is shown in days, not in hours.
    The cursor sat on the wrong field.
    The sun icon is missing.
    You may march on with the other form.
    Totals are rounded to 12.5 percent.
    We could not reproduce it on Monday.
    Our agent can join you in a screen share.
    The case stays open until the issue is resolved.
    Clients get daily updates until the issue is resolved.
    Please use the old form until further notice.
    The filter may be set by another user.
    The list is sorted by month.
    The field shows today's date.
    We typically deploy three to four updates per year.
    Thanks for reporting this. We have confirmed the defect and are working on a fix.
    The root cause is a bad index; the fix is in review.
    We found the cause and are testing the fix.
    This was resolved in version 2026.3.1 and no further action is needed.
    The outage began on Friday at 09:30 and ended on Saturday at 02:15.
    Between 09:00 and 11:00 yesterday some users saw errors.
    The error first appeared on Monday, 2 March.
    The issue occurred on 5 May 2026 between 10:00 and 11:30.
    We received your report on Tuesday at 4 pm.
    As you wrote on Tuesday, the filter does not apply.
    You told us last Friday that the form is blank.
    Since the update of 3 November the report is empty.
    Since 14:00 the login page has been slow.
    Since this morning no one can log in.
    Users have been unable to log in since 8 am.
    The problem has existed for three weeks.
    The problem has existed for several months.
    Reports have been failing for two days.
    For the past few days the export was slow.
    Over the last few weeks, users saw duplicate rows.
    It has been slow over the weekend.
    It was slow over the weekend.
    We restarted the server on Sunday evening.
    The servers were restarted at 3 am.
    The patch was installed overnight.
    We deployed a correction this morning.
    We released the fix today.
    The fix went live today.
    The fix is live now.
    The fix has been live since Tuesday.
    Resolved: the export no longer times out after 30 seconds.
    Fixed: reports that take more than 30 minutes no longer fail.
    The report now finishes in under a minute.
    Saving a form takes 20 seconds instead of 2.
    Saving a form takes about two minutes.
    Each page takes 3 to 5 seconds to load.
    The search runs for 10 minutes and then stops.
    The login page hangs for up to 2 minutes.
    The screen freezes for several minutes.
    The session is closed after 15 minutes without input.
    You are logged off automatically after half an hour.
    Wait a few seconds before you click Save.
    Wait 30 seconds and reload the page.
    Please wait a minute and try again.
    Try again in a few minutes.
    Retry after 10 minutes.
    Save your work every 10 minutes.
    Run the report once a day.
    Run the report for one week at a time.
    Limit the report to 90 days.
    Split the report into periods of three months.
    Choose a range of at most 31 days.
    Restrict the date range to one month.
    Select "This week" instead of "Next week".
    Pick "Last 30 days" in the filter.
    The "Today" button does nothing.
    The Today view is empty.
    The filter "Due this week" shows nothing.
    Clicking on Monday in the calendar opens Sunday.
    The calendar shows Monday as the first day of the week.
    The week starts on Sunday instead of Monday.
    Appointments on Mondays are shown on Sundays.
    Weekday names are misspelt: "Wensday".
    Dates are shown as 12/31/2026 instead of 31.12.2026.
    The birth date 01/02/1990 is printed as 02/01/1990.
    A birth date of 29 February 2004 is rejected.
    Records created after 1 January 2026 are missing.
    Entries before 2020 are not shown.
    The report for Q1 2026 leaves out March.
    The totals for March are wrong.
    The totals for 2025 do not match.
    The May and June columns are swapped.
    Data from January to March is missing.
    The December invoice was sent twice.
    Attendance for Friday is not saved.
    Visits on 3 June are counted twice.
    Enter the date as YYYY-MM-DD.
    Enter the time as 5 pm rather than 17:00.
    The time field rejects 24:00.
    Times after midnight are shown on the wrong day.
    The clock is one hour off after daylight saving time began.
    Times are one hour late.
    The reminder is sent two hours early.
    The reminder e-mail goes out twice.
    The scheduled report is not sent.
    The scheduled job fails with error 500.
    Error 404 appears on the next page.
    The next button is greyed out.
    The next participant is skipped.
    The upcoming appointments list is empty.
    The list of upcoming visits is empty.
    The due date is not saved.
    The due date column is empty.
    The target date is overwritten when you save.
    The deadline field is read-only.
    The expected result is a list of participants.
    Expected: the report lists all sites. Actual: it lists one.
    The estimated cost is rounded.
    The chart uses a 3D view.
    The file has 24 columns and 7 rows.
    Step 2 of 7 fails.
    Page 3 of 10 is blank.
    The report covers 12 months.
    The report covers 365 days.
    A participant aged 18 years is shown as 17.
    Participants 18 years and older are listed.
    The age is off by one year.
    3 of 5 sites are affected.
    120 users at 12 sites are affected.
    The import of 5,000 rows stops at row 1,024.
    Upload at most 500 rows at once.
    Only the first 100 rows are imported.
    The second row is doubled.
    In the first place, check the browser version.
    On the one hand the filter works.
    In the meantime, please use the old report.
    Meanwhile, please use the workaround.
    For the time being, please use Chrome.
    For now, please use the old form.
    Until then, please use the workaround.
    Until this is fixed, please use Chrome.
    Until the defect is resolved you will get an update every day.
    You will receive daily updates.
    You will be notified when the issue is resolved.
    You will receive an automatic message when the fix is scheduled for a release.
    We will let you know when there is meaningful progress.
    We will keep you posted.
    We will keep you updated as we learn more.
    We will tell you as soon as we know more.
    We'll be in touch soon.
    We will contact you shortly.
    We will share updates as progress is made.
    The fix will be part of release 2026.4.
    The fix is included in release REL-2026.4.
    It will be addressed during routine maintenance.
    It will be addressed when there is work in this area.
    We do not give estimates of time.
    We can't give you an ETA.
    We don't have an ETA for this.
    We never give an estimated date for a fix.
    You asked for an ETA; our policy does not allow us to give one.
    Unfortunately I cannot tell you when this will be fixed.
    It is being worked on with the highest priority.
    Work starts at once.
    We are starting work on this immediately.
    We are working day and night on this.
    Our team works on it day by day.
    The emergency line is open around the clock, seven days a week.
    The emergency line is answered 24 hours a day, 7 days a week, 365 days a year.
    Our support hours are Monday to Friday, 07:00 to 18:00 Central Time.
    Support hours are 7 AM to 6 PM CT.
    Calls of at most 30 minutes are included in your package.
    Your package includes 2 hours of consultation.
    You have used 3 hours of your consultation time.
    You have 1 hour left.
    Please let us know by Friday whether the old form works.
    Please send us the log file by tomorrow.
    Could you send us a screenshot within the next two days?
    If you do not reply within 14 days, we close the case.
    You can reopen this within 14 days.
    The licence expires on 31 December.
    The certificate expired on Sunday.
    The password expires after 90 days.
    The link is valid for 24 hours.
    The token is valid for one hour.
    Drafts are kept for 7 days.
    Deleted records stay in the bin for 30 days.
    Backups are made every night at 01:00.
    The nightly import starts at 01:00 and takes two hours.
    The weekly digest is sent on Mondays at 6 am.
    The newsletter goes out on the first Monday of each month.
    The job runs on the last day of every month.
    The report is created at the end of each month.
    May I ask which browser you use?
    It may help to clear the cache.
    This may be caused by an add-on.
    March is spelt "Mrach" in the list.
    August is missing from the drop-down list.
    April's report is empty.
    Mr. May from your team confirmed it.
    The fall-back server answered.
    The Spring framework logs an error.
    Winter sports are listed twice.
    Use the second-to-last button.
    One second later the page is blank.
    Two minutes later the page is blank.
    The next day the report was empty.
    The following morning everything was back.
    By Friday evening all sites were down.
    By 10:00 all users had been logged out.
    We had the service back by noon yesterday.
    In 2024 the form was replaced.
    In May 2025 the module was rewritten.
    The server 2019 edition is affected.
    Windows 11 and Edge 131 are affected.
    Excel 2016 shows the dates correctly.
    Version 24.7 is not affected.
    Update 3 is installed.
    Error code 12-31 is shown.
    Ticket 2026-12 was merged with this one.
    The order number 1.12.26-7 is cut off.
    Dial 1-469-874-0792 Ext. 2.
    Ms. June Day confirmed the fix works.
    Sunday School is listed under Programs.
    Good Friday is shown as a working day.
    The holiday calendar lacks Thanksgiving.
    Christmas is not marked as a holiday.
    The year-end report is empty.
    The month-end totals are wrong.
    The end-of-day balance is wrong.
    The end date is before the start date.
    At the end of the form, press Submit.
    At the end of the list there is a blank row.
    At noon the server was restarted.
    Around noon the errors stopped.
    We noticed it at around 3 pm.
    It worked again at 15:40.
    Service was restored at 15:40 on 20 November 2026.
    All sites were back by 16:00.
    The incident lasted from 14:05 to 15:40.
    Today at 14:05 the login service stopped.
    Today's outage affected all sites.
    Yesterday's outage affected all sites.
    Thank you for your time today.
    Is there anything else I can help you with today?
    Have a nice weekend!
    Have a great day!
    Good morning, thank you for the details.
    Good afternoon! We have logged your case.
    Happy New Year!
    Best wishes for the new year.
    Hi Anna, thanks for getting in touch. I have reproduced the problem with the steps you sent.
    I was able to reproduce this on Tuesday with your file.
    This affects users who signed up before June 2025.
    Only participants enrolled after 1 July are affected.
    The defect was introduced in the release of 12 October.
    It was introduced with the October release.
    Your site was migrated on 14 September and has been fine since.
    The data was restored from the backup of Sunday night.
    The last backup is from Sunday.
    The last successful import was on Sunday at 23:00.
    Users reported the error between 8 and 9 am on Monday.
    At 8:15 the first users reported errors; at 9:40 the service was restored.
    14:05 - login errors began. 15:40 - login was restored.
    The export failed three times today.
    We have seen this twice this week.
    Three clients reported it this week.
    So far this month 12 cases were logged.
    The counter was reset at midnight.
    At midnight the counter resets.
    Every night at 2:00 the cache is cleared.
    Reminders are sent every weekday at 9 am.
    Reminders are sent two days before the appointment.
    The date picker starts in January.
    The date picker opens on the wrong month.
    The picker jumps to next month when you click the arrow.
    Use the arrow to go to the next month.
    The month view shows the wrong week.
    The week view is empty.
    The day view is fine.
    Year-to-date totals are doubled.
    Year over year figures are wrong.
    The fiscal year setting is ignored.
    Choose the fiscal year 2026 in the report.
    Choose "2026" in the year list.
    Select March in the month list.
    Select 15 March as the start.
    Type 17:00 into the time field.
    Change the end date to 31 December 2026, save, and change it back.
    Leave the end date empty.
    Use a start date of 1 January.
    Use the filter "between 1 January and 31 January".
    Set the interval to 5 minutes.
    Increase the timeout to 120 seconds.
    Increase the session length to 2 hours.
    The default timeout of 20 minutes is too short.
    The default is 20 minutes.
    A delay of up to 15 minutes is normal.
    It takes up to 15 minutes for the change to show.
    Changes appear after 15 minutes.
    The change takes effect after the next login.
    Log out and in again after the change.
    After a few minutes the bar stops at 99 percent.
    The bar stops at 99 after ten minutes.
    Within seconds the page is full of errors.
    The screen goes blank for a moment.
    Give the form a new name.
    Give each user the role "Editor".
    Allow pop-ups for this site.
    Allow cookies and reload the page.
    Need more help? Reply to this message.
    You need two browsers for this.
    It needs 4 GB of memory.
    It requires version 3.11 or later.
    This works in version 5.2 and later.
    This has worked in earlier versions.
    Sooner or later the list is cut off.
    Later versions are not affected.
    The latest version is not affected.
    The earliest entry is dropped.
    The first and the last day are missing.
    The last day of the month is missing.
    The 31st is missing in the calendar.
    The first of the two buttons is grey.
    The second of the two columns is empty.
    In the second column the values are off.
    In the first tab, choose Export.
    In the third step, choose CSV.
    In one case the name was cut.
    In ten cases the name was cut.
    In 10 of 12 sites the form is blank.
    On 3 sites the form is blank.
    On 2 of our test servers it works.
    By 2 of 3 users it was seen.
    The size grew by 5.
    At 5 sites it fails.
    At level 5 the tree is cut.
    For 3 users the page is blank.
    For one client the totals differ.
    Before you start, close all tabs.
    Before the export, remove the filter.
    Until now we have not seen it.
    So far we have not seen it elsewhere.
    We have not seen it before.
    Once a fix is available, you will be told.
    When the fix is released, we will tell you.
    As soon as the fix is deployed you will get a message.
    As soon as there is news, we'll write to you.
    We will write to you as soon as we can.
    We'll get back to you as soon as possible.
    We will update you daily.
    We'll post an update here every day.
    You will get an update at least once a day.
    You will get an update at least every 24 hours until this is resolved.
    You'll hear from us every business day.
    A status update is sent each day until it is resolved.
    This is our top priority.
    We understand how urgent this is for you.
    The severity is S1, so engineering was told at once.
    Severity changed from S2 to S1.
    Your case stays open until this is resolved.
    We have attached your case to defect DEF-000045.
    The defect is with engineering.
    The fix is under way.
    A fix is in development.
    A fix has been developed and is being verified.
    The fix is scheduled for a release; you get a message with the details.
    It has been assigned to a developer.
    The team that owns Reports is looking into it.
    A workaround is available: export to CSV.
    The workaround takes five clicks.
    The workaround takes about 10 minutes per report.
    It takes longer, but the result is right.
    Run it outside business hours.
    Run it early in the morning, when fewer users are online.
    Run the report in the evening.
    The system is slow in the morning.
    The system is slowest on Monday mornings.
    The system is slow during the day.
    The job fails overnight.
    The overnight job fails.
    The import runs overnight.
    The lunch menu form is blank.
    The Evening Program form is blank.
    "After School" is listed twice.
    The summer camp form is blank.
    Summer Camp 2026 is missing from the list of programs.
    The fall semester is missing.
    Records fall out of the list.
    Spring cleaning of old records is off.
    Users in the Winter Shelter program are missing.
    The Thanksgiving dinner event is shown twice.
    The event on 24 December is shown twice.
    The task due on 5 May is shown twice.
    Tasks due today are not shown.
    Tasks due tomorrow are not listed on the dashboard.
    Overdue tasks are shown as due.
    The field "Due by" is empty.
    Appointments that start at 17:00 are cut off.
    Meetings longer than 8 hours are cut off.
    Shifts over midnight are split in two.
    Times between 23:00 and midnight are rejected.
    12:00 is shown as 00:00.
    The time is shown as 5 pm.
    A visit of 1.5 hours is rounded to 2 hours.
    Hours are rounded to the next quarter.
    A value of 0.5 days is rejected.
    It counts 5 days instead of 4.
    It counts weekends as working days.
    "3 days" is printed as "3 day".
    The age shows 2 years instead of 3.
    The contract ran for two years.
    Your contract runs until 2028.
    Children under 5 years are not counted.
    Clients aged 60 and over are listed twice.
    The six-month review form is blank.
    The 90-day follow-up form is blank.
    The 6-week follow-up is not listed.
    The annual report is blank.
    The quarterly report shows only two quarters.
    The weekly view shows six days.
    Each week has only six days.
    The year 2025 is missing.
    Records from the year 2025 are missing.
    Since 2023 the format is different.
    Since Q2 the format is different.
    Since last Friday's update the menu is gone.
    Since the weekend the menu is gone.
    Since the maintenance on Sunday the menu is gone.
    During the maintenance on Sunday an index was dropped.
    During the outage on Monday some records were not saved.
    An outage on Monday caused this.
    The outage on Monday caused this.
    The cause was a deployment on Monday evening.
    A deployment on Monday evening caused this.
    The update on 3 November caused this.
    Our deployment on 3 November changed the index.
    This was caused by the release on 3 November.
    We are sorry that the export failed on Monday.
    Sorry for the delay, we were closed on Thursday for Thanksgiving.
    We were closed over the holidays.
    Our office was closed on Monday.
    Support is closed on weekends and holidays.
    Support is closed on Sundays.
    Chat is available on weekdays only.
    Phone support is available from 7 am to 6 pm CT.
    Case CASE-000123 was opened on 2026-11-20 at 14:05.
    Opened: 2026-11-20 14:05
    Your message of 2026-11-20 was received.
    As of 20 November 2026, 12 sites were affected.
    On the morning of 20 November 2026 the login service stopped.
    On 20 November, after the update, the login service stopped.
    On 20 and 21 November the login service was down.
    From 20 to 21 November the login service was down.
    Between Friday and Sunday the login service was down.
    Friday's export was empty.
    The export on Friday was empty.
    Monday's data is missing.
    Data for Monday is missing.
    Data entered on Monday is missing.
    Data you entered on Monday may be missing.
    Notes saved between 10:00 and 11:00 on Monday may be missing.
    Notes saved after Monday are safe.
    Users who logged in on Monday are affected.
    Users created this week are affected.
    Users created in the last 7 days are affected.
    Forms edited within the last 24 hours are affected.
    No data was lost in the last 24 hours.
    The one-hour limit was lifted.
    I called you at 3 pm but could not reach you.
    I tried to call you this afternoon.
    We spoke yesterday afternoon.
    We spoke on the phone this morning.
    As agreed on the phone today, I am closing the case.
    Per our call today, the case is closed.
    In our call on Tuesday you mentioned a second problem.
    Following our call on Tuesday, here are the steps.
    Here is the recording of Tuesday's call.
    Login is not possible for any user since 6 am.
    Reports cannot be opened. The page shows "Timeout after 30 seconds".
    Saving a TouchPoint takes more than five minutes.
    The batch upload fails when the file has more than 1,000 rows.
    Demographics page shows the wrong birth date.
    Users lose unsaved notes after 20 minutes of inactivity.
    Users are logged out every 10 minutes.
    The report times out after 2 minutes for large sites.
    Report filters are not applied when the range is longer than 31 days.
    The audit log shows times in UTC instead of Central Time.
    The export contains only the first 30 days.
    The attendance report for November shows no data.
    The print view cuts off the last column.
    A typo on the login page.
    The page layout is broken in unsupported browsers.
    Case notes are recorded on the wrong participant.
    Search by last name returns nothing.
    The calendar widget skips February 29.
    Assessments dated before 2020-01-01 cannot be edited.
    Run the report month by month.
    Run the report in two halves and add the totals by hand.
    Use Chrome, or reload the page twice.
    Use the batch upload at night when the load is low.
    Export with the filter set to "Last 7 days", then repeat for each week.
    Keep the session alive by clicking Refresh every 5 minutes.
    Save every few minutes and reload the page after an error.
    Close the tab, wait 30 seconds, and sign in again.
    Enter the date in the form 2026-01-31.
    Pick the date from the calendar instead of typing it.
    We have found the cause and are preparing a fix.
    The fix is being tested by our QA team.
    The fix passed its tests.
    We rolled back the last change, and logins work again.
    We are still investigating. Thank you for your patience.
    Our engineers have been working on this without pause since this morning.
    Work goes on around the clock until this is resolved.
    Nothing new to report; work continues.
    We continue to work on this and will keep you informed every day.
    Engineers have reproduced the fault in our test system.
    The number of failed logins has dropped since 10:30.
    About half of the sites are back.
    Most users can log in again.
    All sites are back to normal.
    The issue is resolved. Please reload the page.
    Resolved with release 2026.4.
    Fixed in 2026.4.
    Deployed with hotfix 2026.4.1.
    The index was rebuilt and the report runs in under 10 seconds.
    The correction was deployed last night.
    The correction was deployed this afternoon.
    The correction was deployed yesterday at 17:00.
    The correction has been in place since 17:00.
    The export has worked since the hotfix of 20 November.
    Thank you for the quick reply yesterday.
    Thanks for calling on Monday.
    Thank you for your e-mail of 12 November.
    We have received your request and opened case CASE-000124.
    Could you tell us on which date the error first occurred?
    When did this start?
    Did it work last week?
    Does it also happen at other times of the day?
    Please send us your browser version, and the time at which the error occurred.
    Please tell us which report you ran and for which dates.
    What date range did you choose?
    Which day of the week do you run the export?
    Please attach a screenshot.
    Please confirm within 3 business days that we may close the case.
    This is how the software is meant to work.
    You can change this under Settings > Calendar > First day of week.
    Go to Reports > Monthly > Totals.
    The feature "Next appointment" shows the next visit.
    The next appointment is shown at the top.
    Your password is valid for 90 days.
    Sessions end after 20 minutes; this is by design.
    You can extend the session to one hour.
    The trial lasts 30 days.
    Support calls are limited to 30 minutes.
    Your remaining consultation time is 45 minutes.
    Your question was answered on the phone, so this case is closed.
    One of our specialists worked with you to diagnose this.
    Phone support is part of legacy packages.
    Offer a workaround while a fix is being developed.
    We have lowered the severity to S3, since a workaround exists.
    The request to reclassify was declined.
    The severity remains S2.
    The third-party service we depend on had an outage.
    The mail provider delayed messages by two hours.
    Messages were delayed by up to two hours.
    Mails arrive two hours late.
    The mail arrives a day late.
    Reminders arrive a day early.
    Imports that used to take 5 minutes now take an hour.
    Now it takes an hour to import a file.
    It takes an hour to import a file.
    The load time went from 2 seconds to 2 minutes.
    Load times are back to under 2 seconds.
    The delay is now below one minute.
    Half of the fields are read-only.
    The quarter-page banner is cut off.
    A minor issue, seen by one user on one day.
    Seen on three days in November.
    Users in the Eastern time zone see the wrong day.
    Daylight saving time shifts all appointments by one hour.
    Appointments are shown one hour early.
    The 5 pm appointment is shown at 6 pm.
    Appointments booked for 5 pm are shown at 6 pm.
    The Friday group is listed under Thursday.
    Groups that meet on Fridays are listed under Thursday.
    The Saturday column is missing.
    The date 31 April is accepted.
    The form accepts 30 February as a date.
    The report "Clients served in 2025" is empty.
    The 2025 totals are wrong.
    The FY2025 report is blank.
    The year list ends in 2025.
    Our office is open Monday to Friday.
    Hours: Monday - Friday, 7 AM - 6 PM CT.
    You can reach us from Monday to Friday, 07:00 to 18:00.
    Business days are Monday to Friday.
    Support hours are 7-18 CT, Mon-Fri.
    Mon-Fri 7:00-18:00
    The login page returns error 500 for all users since 07:30 CT.
    After the December update, the "Save" button no longer responds.
    Your colleague reported the same problem on Thursday under CASE-000119.
    We traced it to a change made on 4 November.
    The report ran for six hours and was then cancelled.
    Batch uploads larger than 10 MB are rejected within seconds of starting.
    Participants who turned 18 in 2026 are missing from the list.
    The daily job did not run on Saturday and Sunday.
    The dashboard shows yesterday's numbers.
    To work around this, split the year into quarters and run the report for each.
    To work around this, open the form in a private window.
    Use the "Monthly" tab until the "Weekly" tab is repaired.
    You can also export the last 12 months one by one.
    This also happens with dates before 1970.
    Enter 01/01/1900 as the start date to include all records.
    The field takes dates in the form MM/DD/YYYY.
    All times are in Central Time.
    No data was lost. Notes written between 9:10 and 9:40 were recovered.
    We have increased the memory of the report server, and the page loads within two seconds again.
    The certificate that expired at midnight was replaced at 06:20.
    This is a duplicate of DEF-000031, which was fixed in release 2026.3.
    The fix for DEF-000045 has been verified by our testers.
    Our developers are still analysing the logs of last night.
    We reproduced it in Chrome 131 and Edge 130 but not in Firefox 132.
    An easy workaround exists, so we have set the severity to S3.
    We apologise for the interruption on Tuesday morning.
    The incident on 14 November lasted 95 minutes and hit three sites.
    Thank you for your patience over the past days.
    Your request to raise the severity was approved on Monday.
    I am out of ideas; could you send me the file you used on Friday?
    Which of the two reports did you run last Thursday?
    The call on Wednesday confirmed that only your site is affected.
    During our call today we saw that the browser was out of date.
    The emergency line is for critical cases only and may carry a fee.
    The participant's age is calculated from the wrong date.
    A reminder is sent once per business day, at most three times.
    Records are locked for 15 minutes after an edit.
    The grid shows only 50 rows per page.
    The week number is off by one.
    You will reach the emergency line 365 days a year.
    The emergency line will be staffed 24 hours a day, 7 days a week.
    The system will be slow on Monday mornings.
    Our engineers are available Monday to Friday.
    We will look at the logs of the last 3 hours.
    We will check what happened last Friday.
    We will compare it with the export of two days ago.
    We will get there some day.
    Nice talking to you this morning.
    I appreciate you contacting us today.
    Is there anything else we could fix for you today?
    As of this morning the fix is live.
    We hope you have a great Thursday.
    You will only see 30 days of data.
    Files older than 90 days will be removed.
    You will find it in the 30-day report.
    The time will be shown in 24-hour format.
    The fix adds a "Next week" option.
    The values in the Sun/Mon columns are swapped.
    The fix limits exports to 90 days.
    With the fix the timeout is 60 minutes.
    Log in again in ten minutes.
    You will have to wait a few minutes.
    It will be fixed in 3.11.
    You will have 14 days to reopen the case.
    The fix renames the estimated date field.
    The team has repaired the index on Monday.
    This is what you entered on Monday.
    Yesterday's update at 10:00 is the cause.
    Look for it in the December statement.
    It failed for Mr. Day on Monday.
    We will look into reports that take two hours.
    Our engineers will be on 24/7.
    Status on day 2: still working on it.
    Morning update: still working.
    Second update of the day: no change.
    Monday update: the index is corrupt.
    Today we looked into the logs.
    We looked at the logs today.
    Monday's findings: the index is corrupt.
    It still failed at 15:00.
    Progress: cause found, fix in testing.
    Update 3: the index was rebuilt.
    Day 1: the cause was found.
    Stage: verifying.
    Use the old report until the fix is in.
    Export via CSV (takes 2 minutes).
    Use last month's report.
    Works for one site, fails for all others.
    We have a fix; it is being reviewed.
    Please re-enter the notes from Monday.
    Please re-enter the notes of the last two days.
    Avoid running the report between 8 and 10 am.
    Avoid the report during business hours.
    The fix is deployed on all servers.
    Released today.
    Fixed today.
    Fixed this morning.
    Fix deployed this morning.
    The release was deployed on 12 December 2026.
    Deployed on 12 December 2026 with release 2026.4.
    Resolved at 15:40 CT.
    Solved at noon.
    Closed on 12 December.
    The defect was fixed in release 2026.4 on 12 December 2026.
    Thanks, it was fixed on Friday.
    Fixed on Friday.
"""

ODDLY_WRITTEN = {
    "no-break space": ("Fixed by\u00a0Friday.", "by\u00a0Friday"),
    "narrow no-break space": ("It will be fixed in 3\u202fdays.", "in 3\u202fdays"),
    "line break": ("It will be fixed by\nFriday.", "by\nFriday"),
    "carriage return": ("It will be fixed within\r\n  3 days.", "within\r\n  3 days"),
    "several blanks": ("It will be fixed next   \t week.", "next   \t week"),
    "blank line": ("It will be fixed by\n\nFriday.", "by\n\nFriday"),
    "zero-width space": ("It will be fixed by Fri\u200bday.", "by Fri\u200bday"),
    "zero-width joiner": ("It will be fixed to\u200dmor\u2060row.", "to\u200dmor\u2060row"),
    "soft hyphen": ("It will be fixed by Fri\u00adday.", "by Fri\u00adday"),
    "byte order mark": ("E\ufeffTA", "E\ufeffTA"),
    "grapheme joiner": ("by Fri\u034fday", "by Fri\u034fday"),
    "fullwidth digits": (
        "It will be deployed on \uff12\uff10\uff12\uff16-\uff11\uff12-\uff10\uff11.",
        "on \uff12\uff10\uff12\uff16-\uff11\uff12-\uff10\uff11",
    ),
    "fullwidth letters": ("\uff25\uff34\uff21", "\uff25\uff34\uff21"),
    "arabic digits": ("It will be fixed in \u0663 days.", "in \u0663 days"),
    "one half": ("It will be fixed in 2\u00bd hours.", "in 2\u00bd hours"),
    "ligature": ("the \ufb01x is live by Friday", "by Friday"),
    "en dash": ("This has a target of 30\u2013120 days.", "30\u2013120 days"),
    "em dash": ("It will take 3\u20145 days.", "take 3\u20145 days"),
    "em dash as a break": ("Cause identified\u2014fix on Monday.", "on Monday"),
    "no-break hyphen": ("It will be out in mid\u2011December.", "in mid\u2011December"),
    "curly apostrophe": ("It\u2019ll be back Friday.", "Friday"),
    "curly apostrophe within": ("Ready in two weeks\u2019 time.", "in two weeks\u2019 time"),
    "curly quotes": ("They said \u201cby Friday\u201d.", "by Friday"),
    "accents": ("It will be fixed by Fr\u00edday.", "by Fr\u00edday"),
    "bold": ("It will be fixed by **Friday**.", "by **Friday"),
    "italics": ("It will be fixed _tomorrow_.", "tomorrow"),
    "capitals": ("IT WILL BE FIXED BY FRIDAY.", "BY FRIDAY"),
    "mixed case": ("eTa", "eTa"),
    "long s": ("It will be fixed by Thur\u017fday.", "by Thur\u017fday"),
}

NEAR_MISSES = {
    "deadline or start": ("Broken by Friday's update? Fixed by Friday.", "Broken since Friday."),
    "future or past day": ("It will work on Monday.", "It worked on Monday."),
    "relative clause": ("What you saw is fixed on Monday.", "What you saw on Monday is odd."),
    "promise or report": ("We expect it at 17:00.", "We saw it at 17:00."),
    "idle time": ("You will be done in 20 minutes.", "Sessions expire in 20 minutes."),
    "rate": ("It will be back in 24 hours.", "It is staffed 24 hours a day."),
    "age": ("It will take 2 days.", "It broke 2 days ago."),
    "possible": ("We will fix it soon.", "We will fix it as soon as possible."),
    "contact": ("A fix will come soon.", "We will be in touch soon."),
    "release by order": ("Fixed in the next release.", "Fixed in release 2026.5."),
    "some release": ("It comes with the next update.", "It comes with a future update."),
    "page": ("Wait until next week.", "Go to the next page."),
    "month or modal": ("It will be fixed in May.", "It may be fixed in the form."),
    "month or verb": ("It will be fixed in March.", "March through the steps."),
    "thing": ("Run it on Friday, it will work.", "Run the Friday report."),
    "data": ("Next week it works.", 'Set the filter to "Next week".'),
    "version": ("It will be live on 12.1.2027.", "It is live in 12.1.2."),
    "steps": ("It will be fixed in 3 days.", "It can be exported in 3 steps."),
    "client's deadline": ("We reply within 5 days.", "Please reply within 5 days."),
    "reopening": ("We will fix it within 14 days.", "You can reopen it within 14 days."),
    "no estimate": ("Here is the ETA.", "There is no ETA."),
    "habit": ("The job will run on Monday.", "The job runs every Monday."),
    "updates": ("You will get a fix in a day.", "You will get an update every day."),
    "hours": ("We work on it from 7:00 to 18:00.", "Support is open from 7:00 to 18:00."),
    "software's pace": ("The fix loads in 3 days.", "The page loads in 3 seconds."),
    "label": ("Due tomorrow.", "Tasks due tomorrow are not listed."),
    "file name": ("Available 2026-12-01.", "Open report_2026-12-01.csv."),
    "fraction": ("It will be live on 12/3.", "See case number 12/3."),
    "greeting": ("We will fix it after the weekend.", "Have a nice weekend!"),
    "possessive": ("Tomorrow's release fixes it.", "Tomorrow's appointments are missing."),
}

WAYS_TO_PROMISE = """
    It will be fixed {}.
    We expect a fix {}.
    You'll have it {}.
    Fix {}.
    Should be resolved {}.
    It is going to be available {}.
    We plan to deploy it {}.
    The release is scheduled {}.
    We're hoping to get this done {}.
    A correction is due {}.
    The export is supposed to work again {}.
    We intend to ship the patch {}.
    Engineering is aiming to have it ready {}.
    It gets repaired {}.
    The issue was identified and will be fixed {}.
    Sorry for the trouble yesterday - it should work {}.
    {} we will deploy the fix.
    {}, the fix will be released.
    We found the cause on 3 March; we'll repair it {}.
"""
TIMES_TO_COME = """
    on Monday|by Monday|this Monday|next Monday|before Monday|after Monday|on Monday morning|Monday
    tomorrow|tonight|today|later today|this afternoon|this week|next week|this weekend
    over the weekend|at the weekend|in the morning|by noon|at 5 pm|at 17:00|around 17:30
    by 9:15 AM CT|in 3 days|within 3 days|in two hours|in a couple of weeks|within the hour
    in 30 minutes|on 12/15/2026|on 2026-12-15|on Dec 15|on 15 December|on December 15th|on the 15th
    in December|by the end of December|in mid-December|in Q1|in early 2027|in 2027|in the spring
    before Christmas|by EOD|by end of day|by the end of the week|at the end of the month
    soon|shortly|in the near future|in the next release|with the next update|early next month
    late next week|first thing tomorrow|in a few days|within a day or two|in 24-48 hours
    in about ten minutes
    no later than Friday|not before Friday|until Friday|from Friday on|as of Friday|in week 50
    next quarter|this quarter|this month|within this month|in the coming weeks
    in the next few hours|over the next two days|any day now|before long|by tomorrow evening
    on Tuesday, December 15|between Monday and Wednesday|after the holidays|after Thanksgiving
    the day after tomorrow|in the first week of January|in the course of the week|at midnight
    by Friday at the latest|sometime next week|end of next week|mid next week|in half an hour
    in a fortnight|in the second quarter|in the next sprint|by summer|on 15 or 16 December
    at the beginning of next month
"""
WAYS_TO_TELL = """
    It failed {}.
    The export was broken {}.
    {} the login failed.
    {}, users were logged out.
    The error you reported {} is being looked into.
    The outage began {}.
    We deployed the fix {}.
    We noticed the problem {}.
    The record was saved {} by one of your users.
    Users have been seeing errors since the outage {}.
    The fix was released {} and works.
    As you told us {}, the report is empty.
    We've restored the data {}.
    We are looking into what happened {}.
    The page you mentioned worked {}.
"""
TIMES_PAST = """
    on Monday|on Monday morning|over the weekend|at 5 pm|at 17:00|around 17:30|on 12/15/2025
    on 2025-12-15|on Dec 15|on 15 December|on December 15th|on the 15th|in December
    in mid-December|in Q1|in early 2025|in 2025|in the spring|this morning|yesterday|last week
    two days ago|last Friday|on Friday|on Friday at 3 pm|between 9:00 and 10:00|at midnight
    around noon|on Tuesday, December 15|earlier today|earlier this week|three hours ago
    in the past week|during the last two days|yesterday at 15:40|at 9:15 AM CT
    in the first week of January|at the end of the month|before Christmas|after Thanksgiving
    this week|today|this afternoon|on 15 and 16 December|from Monday to Wednesday
    on the night of 15 December|on the morning of December 15
"""

TODAY = date(2026, 11, 23)
DATED = {
    "iso date before": ("Update 2026-11-20: the login fails.", None),
    "iso date of today": ("Update 2026-11-23: the login fails.", "2026-11-23"),
    "iso date of today, past": ("Resolved on 2026-11-23.", None),
    "iso date after": ("Update 2026-11-24: the login fails.", "2026-11-24"),
    "date after in past words": ("It was done on 2026-11-24.", "on 2026-11-24"),
    "date after as data": ("Set the end date to 2027-01-31.", None),
    "date range ends later": ("The range 2026-01-01 to 2027-03-31 is empty.", None),
    "date before, promised": ("It will be fixed on 2026-11-20.", None),
    "both readings before": ("Notice of 10/11/2026: logins fail.", None),
    "one reading after": ("Notice of 11/12/2026: logins fail.", "11/12/2026"),
    "written date before": ("Notice of 20 November 2026: logins fail.", None),
    "written date after": ("Release 2026.4 of 12 December 2026.", "12 December 2026"),
    "no year, lately": ("Nov 20, identified.", None),
    "no year, lately, promised": ("It will be there on Nov 20.", "on Nov 20"),
    "no year, ahead": ("Dec 20, fix.", "Dec 20"),
    "no year, ahead, past": ("We saw it on Dec 20.", None),
    "leap day": ("Notice of Feb 29: logins fail.", "Feb 29"),
    "month before": ("The plan of October 2026.", None),
    "this month": ("The plan of November 2026.", "November 2026"),
    "month after": ("The plan of December 2026.", "December 2026"),
    "quarter before": ("The plan for Q3 2026.", None),
    "quarter after": ("The plan is ready in Q1 2027.", "in Q1 2027"),
    "year before": ("The old form of 2024, in 2024.", None),
    "year after": ("It is rebuilt in 2027.", "in 2027"),
    "no such date": ("Notice of 2026-02-31: logins fail.", "2026-02-31"),
}


def rows(table: str) -> list[str]:
    """The lines of a table."""
    return [line.strip() for line in table.strip().splitlines()]


def cells(table: str) -> list[str]:
    """The cells of a table whose lines hold several."""
    return [cell for row in rows(table) for cell in row.split("|")]


def named(texts: list[str]) -> list[object]:
    """Each text as a parameter with a readable id."""
    return [pytest.param(text, id=re.sub(r"\W+", "-", text).strip("-")[:70]) for text in texts]


def pairs(table: dict[str, tuple[str, str]]) -> list[object]:
    """Each pair of a table as parameters under its name."""
    return [pytest.param(*pair, id=name) for name, pair in table.items()]


def unmarked(row: str) -> tuple[str, str]:
    """A row's text without the marks, and the phrase between them."""
    before, phrase, after = re.split("[«»]", row)
    return before + phrase + after, phrase


def phrases(text: str) -> list[str]:
    """The phrases refused in a text."""
    return [promise.phrase for promise in promises(text)]


def sentence(way: str, time: str) -> str:
    """A way of speaking filled with a time, beginning like a sentence."""
    text = way.format(time)
    return text[0].upper() + text[1:]


@pytest.mark.parametrize("row", named(rows(REFUSED)))
def test_a_promise_of_time_is_refused_with_its_first_phrase_as_written(row: str) -> None:
    """D7: the phrase is named."""
    text, phrase = unmarked(row)
    found = find_promise(text)
    assert found is not None
    assert found.phrase == phrase
    assert found.start == row.index("«")


@pytest.mark.parametrize("text", named(rows(INNOCENT)))
def test_text_that_promises_no_time_passes(text: str) -> None:
    """D7 stops promises, not support."""
    assert promises(text) == []


@pytest.mark.parametrize(("text", "phrase"), pairs(ODDLY_WRITTEN))
def test_odd_characters_hide_nothing_and_are_reported_as_written(text: str, phrase: str) -> None:
    """Blanks, dashes, quotes, digits and invisible characters of all kinds."""
    assert phrases(text) == [phrase]


@pytest.mark.parametrize(("refused", "passed"), pairs(NEAR_MISSES))
def test_what_looks_alike_is_told_apart(refused: str, passed: str) -> None:
    """The first of each pair promises a time, the second does not."""
    assert find_promise(refused) is not None
    assert find_promise(passed) is None


@pytest.mark.parametrize("time", named(cells(TIMES_TO_COME)))
def test_a_time_to_come_is_refused_however_it_is_promised(time: str) -> None:
    """Every time in every way to promise it."""
    texts = [sentence(way, time) for way in rows(WAYS_TO_PROMISE)]
    assert [text for text in texts if find_promise(text) is None] == []


@pytest.mark.parametrize("time", named(cells(TIMES_PAST)))
def test_a_time_that_is_over_passes_however_it_is_told(time: str) -> None:
    """Every time in every way to tell what happened."""
    texts = [sentence(way, time) for way in rows(WAYS_TO_TELL)]
    assert {text: phrases(text) for text in texts if phrases(text)} == {}


@pytest.mark.parametrize(("text", "phrase"), pairs(DATED))  # type: ignore[arg-type]
def test_dates_are_told_apart_by_today(text: str, phrase: str | None) -> None:
    """Dates before today pass, dates after it do not."""
    found = find_promise(text, today=TODAY)
    assert (found and found.phrase) == phrase


def test_all_promises_are_listed_in_the_order_written() -> None:
    """`promises` lists them all, `find_promise` the first."""
    text = "It failed on Monday. ETA: Thursday. We deploy next week, by 5 pm."
    assert phrases(text) == ["ETA", "Thursday", "next week", "by 5 pm"]
    assert find_promise(text) == promises(text)[0]


def test_a_promise_says_what_it_is_and_where() -> None:
    """The reason continues a sentence that begins with the phrase."""
    assert find_promise("Done by Friday.") == Promise("by Friday", "names a day", 5)


@pytest.mark.parametrize("text", ["", " ", "\n", ".", "\u200b", "*", "_", "\ud800", "'", "1"])
def test_next_to_nothing_passes(text: str) -> None:
    """Texts without a word."""
    assert promises(text) == []


def test_the_past_of_one_clause_does_not_excuse_the_next() -> None:
    """Each time is judged by its own clause."""
    text = "It broke on Monday, we found the cause on Tuesday and will deploy the fix on Wednesday."
    assert phrases(text) == ["on Wednesday"]


def test_a_list_is_judged_as_one() -> None:
    """What tells the tense of the first tells that of the others."""
    assert phrases("It failed on Monday, Tuesday and on Wednesday.") == []
    assert phrases("We will be done Monday, Tuesday or Wednesday.")[0] == "Monday"


# --- Any text -------------------------------------------------------------------------------------

SURROUNDINGS = (
    "Thank you for the details.",
    "We have reproduced the problem with your file.",
    "The report was empty on Monday.",
    "Sessions expire after 20 minutes.",
    "You will get an update every day until it is resolved.",
    "Please send us the exact steps.",
    "The export has failed since 3 November.",
    "This was fixed in version 2026.4.",
    "The emergency line is open 24 hours a day.",
    "Work continues; we will tell you as soon as it is fixed.",
)
TIMELESS_WORDS = """
    the|a|report|form|page|user|users|site|client|case|defect|export|import|list|filter|button
    is|are|was|will|can|has|fails|works|opens|shows|prints|saved|missing|empty|wrong|we|you|they
    it|please|click|choose|open|save|and|or|but|with|without|by|on|at|to|from|for|in|of|our|your
    Chrome|TouchPoint|Demographics|severity|release|fix|fixed|resolved|cause|team|investigating
"""


@given(
    before=st.lists(st.sampled_from(SURROUNDINGS), max_size=4),
    row=st.sampled_from(rows(REFUSED)),
    after=st.lists(st.sampled_from(SURROUNDINGS), max_size=4),
)
def test_a_promise_is_found_among_innocent_sentences(
    before: list[str], row: str, after: list[str]
) -> None:
    """Paragraphs around it change nothing."""
    text, phrase = unmarked(row)
    found = find_promise("\n\n".join([*before, text, *after]))
    assert found is not None
    assert found.phrase == phrase


@given(st.lists(st.sampled_from(rows(INNOCENT)), min_size=1, max_size=6))
def test_innocent_paragraphs_stay_innocent_together(texts: list[str]) -> None:
    """One paragraph does not make another a promise."""
    assert promises("\n\n".join(texts)) == []


@given(st.lists(st.sampled_from(cells(TIMELESS_WORDS)), max_size=40))
def test_words_that_name_no_time_pass(words: list[str]) -> None:
    """Whatever the tense, without a time there is no promise of one."""
    assert promises(" ".join(words)) == []


@given(st.text(alphabet=string.punctuation + string.whitespace + "\u00a0\u2014\u2019\u201c"))
def test_punctuation_alone_passes(text: str) -> None:
    """No letter or digit, no time."""
    assert promises(text) == []


@given(
    st.lists(
        st.one_of(
            st.text(max_size=5),
            st.sampled_from(cells(TIMES_TO_COME) + cells(TIMES_PAST + TIMELESS_WORDS)),
        ),
        max_size=12,
    ).map(" ".join)
)
def test_every_phrase_is_a_slice_of_the_text_and_they_are_in_order(text: str) -> None:
    """Whatever is written, what is reported stands there."""
    found = promises(text)
    assert [p.phrase for p in found] == [text[p.start :][: len(p.phrase)] for p in found]
    assert all(promise.phrase.strip() and promise.why for promise in found)
    assert [p.start for p in found] == sorted({p.start for p in found})
    assert find_promise(text) == (found[0] if found else None)


@given(
    row=st.sampled_from([row for row in rows(REFUSED) if " " in unmarked(row)[1]]),
    blank=st.sampled_from(["\u00a0", "  ", "\t", "\n", "\r\n", "\u2009", " \u200b ", "\u3000"]),
)
def test_any_blank_is_a_blank(row: str, blank: str) -> None:
    """A phrase is found whatever parts its words, and reported with it."""
    text, phrase = unmarked(row)
    start = text.index(phrase)
    spread = phrase.replace(" ", blank)
    assert phrases(text[:start] + spread + text[start + len(phrase) :])[0] == spread


# --- Hostile text ---------------------------------------------------------------------------------

HOSTILE_CHARACTERS = list("a1 \n.-'\"(*_\u200b\ufdfa\u2014\u0301")
HOSTILE_WORDS = """
    a|1|1/|12.12.|2026-|e.t.|q1|7:00 to|3 days|about about|by by the|on Monday|in 3|no no|the the
    a few|next|24 hours|thanks|as soon as|20 minutes of|it was on Monday and|version 1.|monday,
    set the filter to next week|if you do not|estimated a b|reopen a b c d|mon to fri|may 1
    wait for|in a couple of
"""
HOSTILE = HOSTILE_CHARACTERS + [f"{cell} " for cell in cells(HOSTILE_WORDS)]


def compiled(value: Any) -> Iterator[str]:
    """The patterns within a value of a module, or within what is made when first needed."""
    if hasattr(value, "cache_info") and not inspect.signature(value).parameters:
        yield from compiled(value())
    elif isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, tuple | list):
        for item in value:
            yield from compiled(item)


def test_no_pattern_repeats_without_a_bound() -> None:
    """So each attempt to match costs a bounded amount, and a text a proportional one."""
    patterns = [
        pattern
        for module in pkgutil.iter_modules(guard.__path__, f"{guard.__name__}.")
        for value in vars(import_module(module.name)).values()
        for pattern in compiled(value)
    ]
    assert len(patterns) > 60
    for pattern in patterns:
        bare = re.sub(r"\\.", "", re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern))
        assert re.findall(r"[*+]|\{\d*,\}", bare) == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_20_000_hostile_characters_are_read(hostile: str) -> None:
    """To the end of the longest internal text the contract allows; only 2,000 are public."""
    last = "\nThe repair takes 5 days."
    before = 20_000 - len(last)
    found = promises((hostile * before)[:before] + last)[-1]
    assert (found.phrase, found.start) == ("takes 5 days", 20_000 - len("takes 5 days."))


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_work_grows_in_step_with_the_text(hostile: str) -> None:
    """Four times the text costs no more than some four times the calls."""
    short, long = (calls(partial(promises, (hostile * n)[:n])) for n in (1_000, 4_000))
    assert long <= 5 * short + 1_000


def calls(run: Callable[[], object]) -> int:
    """Count the function calls that a run makes."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    previous = sys.getprofile()
    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(previous)
    return count
