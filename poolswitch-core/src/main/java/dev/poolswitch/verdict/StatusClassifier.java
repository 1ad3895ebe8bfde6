package dev.poolswitch.verdict;

import java.time.Duration;

/** The last resort: what a status says when nothing else is known. */
enum StatusClassifier implements ResponseClassifier {
    INSTANCE;

    @Override
    public Verdict classify(Answer answer) {
        int status = answer.status();
        VerdictKind kind = kind(status);
        if (kind == VerdictKind.SUCCESS) {
            return Verdict.success();
        }
        Duration wait = kind == VerdictKind.CALLER_ERROR ? null : Waits.retryAfter(answer);
        return Verdict.of(kind, Integer.toString(status)).withWait(wait);
    }

    private static VerdictKind kind(int status) {
        if (status < 400) {
            return VerdictKind.SUCCESS;
        }
        return switch (status) {
            case 401 -> VerdictKind.KEY_REJECTED;
            case 402 -> VerdictKind.QUOTA_EXHAUSTED;
            case 403 -> VerdictKind.KEY_FORBIDDEN;
            case 408 -> VerdictKind.UPSTREAM_ERROR;
            case 429 -> VerdictKind.RATE_LIMITED;
            case 503, 529 -> VerdictKind.OVERLOADED;
            default -> status >= 500 ? VerdictKind.UPSTREAM_ERROR : VerdictKind.CALLER_ERROR;
        };
    }
}
