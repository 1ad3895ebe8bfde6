package dev.poolswitch.testkit.server;

import static dev.poolswitch.testkit.server.JsonFields.quoted;

import org.jspecify.annotations.Nullable;

/** The answers to refused requests in the shapes of the providers. */
final class ErrorReplies {
    private ErrorReplies() {}

    static Reply reply(Dialect dialect, Refusal refusal, boolean tellsWait) {
        return switch (dialect) {
            case OPENAI -> openAi(refusal);
            case ANTHROPIC -> anthropic(refusal);
            case GOOGLE -> google(refusal, tellsWait);
        };
    }

    private static Reply openAi(Refusal refusal) {
        return switch (refusal.problem()) {
            case MISSING_KEY -> openAi(401, "You didn't provide an API key.", "invalid_request_error", null);
            case UNKNOWN_KEY -> openAi(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
            case DEACTIVATED ->
                openAi(
                        401,
                        "The account associated with this API key has been deactivated.",
                        "invalid_request_error",
                        "account_deactivated");
            case FORBIDDEN_MODEL ->
                openAi(
                        403,
                        "The model `" + refusal.model() + "` does not exist or you do not have access to it.",
                        "invalid_request_error",
                        "model_not_found");
            case OUT_OF_QUOTA ->
                openAi(
                        429,
                        "You exceeded your current quota, please check your plan and billing details.",
                        "insufficient_quota",
                        "insufficient_quota");
            case TOO_LARGE ->
                openAi(429, "Request too large for " + limitText(refusal, "tokens"), "tokens", "rate_limit_exceeded");
            case TOO_MANY_REQUESTS, TOO_MANY_AT_ONCE ->
                openAi(
                        429,
                        "Rate limit reached for " + limitText(refusal, "requests"),
                        "requests",
                        "rate_limit_exceeded");
            case TOO_MANY_TOKENS ->
                openAi(429, "Rate limit reached for " + limitText(refusal, "tokens"), "tokens", "rate_limit_exceeded");
            case BAD_REQUEST -> openAi(400, "The body is not valid JSON.", "invalid_request_error", null);
            case NOT_FOUND -> openAi(404, "Unknown request URL.", "invalid_request_error", "unknown_url");
            case SERVER_ERROR ->
                openAi(500, "The server had an error while processing your request.", "server_error", null);
            case OVERLOADED -> openAi(503, "The engine is currently overloaded.", "server_error", null);
        };
    }

    private static String limitText(Refusal refusal, String unit) {
        String what = refusal.problem() == Problem.TOO_MANY_AT_ONCE ? "concurrent requests" : unit + " per window";
        String text = refusal.model() + " on " + what + ": Limit " + refusal.limit() + ", Used "
                + (refusal.limit() - refusal.remaining()) + ", Requested " + refusal.requested() + ".";
        return refusal.waitNanos() == 0
                ? text
                : text + " Please try again in " + GoDuration.format(refusal.waitNanos()) + ".";
    }

    private static Reply openAi(int status, String message, String type, @Nullable String code) {
        return Reply.json(
                status,
                "{\"error\":{\"message\":" + quoted(message) + ",\"type\":\"" + type + "\",\"param\":null,\"code\":"
                        + (code == null ? "null" : quoted(code)) + "}}");
    }

    private static Reply anthropic(Refusal refusal) {
        return switch (refusal.problem()) {
            case MISSING_KEY -> anthropic(401, "authentication_error", "x-api-key header is required");
            case UNKNOWN_KEY -> anthropic(401, "authentication_error", "invalid x-api-key");
            case DEACTIVATED -> anthropic(400, "invalid_request_error", "This organization has been disabled.");
            case FORBIDDEN_MODEL ->
                anthropic(
                        403,
                        "permission_error",
                        "Your API key does not have permission to use " + refusal.model() + ".");
            case OUT_OF_QUOTA ->
                anthropic(
                        400,
                        "invalid_request_error",
                        "Your credit balance is too low to access the Anthropic API."
                                + " Please go to Plans & Billing to upgrade or purchase credits.");
            case TOO_LARGE ->
                anthropic(
                        400,
                        "invalid_request_error",
                        "prompt is too long: " + refusal.requested() + " tokens > " + refusal.limit() + " maximum");
            case TOO_MANY_REQUESTS, TOO_MANY_TOKENS ->
                anthropic(429, "rate_limit_error", "This request would exceed your organization's rate limit.");
            case TOO_MANY_AT_ONCE ->
                anthropic(429, "rate_limit_error", "Number of concurrent connections has exceeded your rate limit.");
            case BAD_REQUEST -> anthropic(400, "invalid_request_error", "The body is not valid JSON.");
            case NOT_FOUND -> anthropic(404, "not_found_error", "Not found");
            case SERVER_ERROR -> anthropic(500, "api_error", "Internal server error");
            case OVERLOADED -> anthropic(529, "overloaded_error", "Overloaded");
        };
    }

    private static Reply anthropic(int status, String type, String message) {
        return Reply.json(
                status,
                "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":" + quoted(message)
                        + "},\"request_id\":\"req_fake\"}");
    }

    private static Reply google(Refusal refusal, boolean tellsWait) {
        return switch (refusal.problem()) {
            case MISSING_KEY -> google(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.", "");
            case UNKNOWN_KEY ->
                google(
                        400,
                        "INVALID_ARGUMENT",
                        "API key not valid. Please pass a valid API key.",
                        errorInfo("API_KEY_INVALID"));
            case DEACTIVATED ->
                google(403, "PERMISSION_DENIED", "Consumer has been suspended.", errorInfo("CONSUMER_SUSPENDED"));
            case FORBIDDEN_MODEL ->
                google(
                        403,
                        "PERMISSION_DENIED",
                        "The caller does not have permission for " + refusal.model() + ".",
                        "");
            case OUT_OF_QUOTA -> googleQuota("PerDay", 0, false);
            case TOO_LARGE ->
                google(
                        400,
                        "INVALID_ARGUMENT",
                        "The input token count exceeds the maximum of " + refusal.limit() + ".",
                        "");
            case TOO_MANY_REQUESTS, TOO_MANY_TOKENS, TOO_MANY_AT_ONCE ->
                googleQuota("PerMinute", refusal.waitNanos(), tellsWait);
            case BAD_REQUEST -> google(400, "INVALID_ARGUMENT", "Invalid JSON payload received.", "");
            case NOT_FOUND -> google(404, "NOT_FOUND", "Requested entity was not found.", "");
            case SERVER_ERROR -> google(500, "INTERNAL", "An internal error has occurred.", "");
            case OVERLOADED -> google(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", "");
        };
    }

    private static String errorInfo(String reason) {
        return "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" + reason
                + "\",\"domain\":\"googleapis.com\"}";
    }

    private static Reply googleQuota(String window, long waitNanos, boolean tellsWait) {
        String details = "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":"
                + "\"GenerateRequests" + window + "PerProjectPerModel\"}]}";
        if (tellsWait) {
            details += ",{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\""
                    + GoDuration.seconds(waitNanos) + "\"}";
        }
        String message = "You exceeded your current quota, please check your plan and billing details.";
        return google(429, "RESOURCE_EXHAUSTED", message, details);
    }

    private static Reply google(int status, String word, String message, String details) {
        return Reply.json(
                status,
                "{\"error\":{\"code\":" + status + ",\"message\":" + quoted(message) + ",\"status\":\"" + word
                        + "\",\"details\":[" + details + "]}}");
    }
}
