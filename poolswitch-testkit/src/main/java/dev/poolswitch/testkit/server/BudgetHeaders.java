package dev.poolswitch.testkit.server;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Adds to a reply what a provider tells about budgets and waits. */
final class BudgetHeaders {
    private final Dialect dialect;
    private final boolean tellsBudget;
    private final RetryAfterForm form;
    private final InstantSource wallClock;

    BudgetHeaders(Dialect dialect, boolean tellsBudget, RetryAfterForm form, InstantSource wallClock) {
        this.dialect = dialect;
        this.tellsBudget = tellsBudget;
        this.form = form;
        this.wallClock = wallClock;
    }

    Reply withBudget(Reply reply, Iterable<Gauge> gauges) {
        if (!tellsBudget || dialect == Dialect.GOOGLE) {
            return reply;
        }
        Reply told = reply;
        for (Gauge gauge : gauges) {
            told = dialect == Dialect.OPENAI ? openAi(told, gauge) : anthropic(told, gauge);
        }
        return told;
    }

    private static Reply openAi(Reply reply, Gauge gauge) {
        return reply.header("x-ratelimit-limit-" + gauge.unit(), Long.toString(gauge.limit()))
                .header("x-ratelimit-remaining-" + gauge.unit(), Long.toString(gauge.remaining()))
                .header("x-ratelimit-reset-" + gauge.unit(), GoDuration.format(gauge.resetNanos()));
    }

    private Reply anthropic(Reply reply, Gauge gauge) {
        String prefix = "anthropic-ratelimit-" + gauge.unit();
        return reply.header(prefix + "-limit", Long.toString(gauge.limit()))
                .header(prefix + "-remaining", Long.toString(gauge.remaining()))
                .header(prefix + "-reset", secondAfter(gauge.resetNanos()).toString());
    }

    Reply withWait(Reply reply, long waitNanos) {
        if (waitNanos == 0) {
            return reply;
        }
        return switch (form) {
            case NONE -> reply;
            case SECONDS -> reply.setHeader("Retry-After", Long.toString(GoDuration.wholeSeconds(waitNanos)));
            case MILLIS -> reply.retryAfterMillis(GoDuration.millis(waitNanos));
            case HTTP_DATE -> reply.date(wallClock.instant()).retryAfter(secondAfter(waitNanos), HttpDate.IMF_FIXDATE);
        };
    }

    boolean tellsWait() {
        return form != RetryAfterForm.NONE;
    }

    /** The first whole second that is not before the end of the wait. */
    private Instant secondAfter(long nanos) {
        return wallClock.instant().plusNanos(nanos + 999_999_999).truncatedTo(ChronoUnit.SECONDS);
    }
}
