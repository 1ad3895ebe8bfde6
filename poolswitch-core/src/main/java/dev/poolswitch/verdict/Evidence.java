package dev.poolswitch.verdict;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an answer offers to the rules: its status, headers, buckets, and what its body says in the places where errors
 * are told. Codes are machine words from known positions; messages are the texts of which only the beginning counts,
 * since what follows may be an echo of the caller's prompt.
 */
final class Evidence {

    private static final List<String> CODE_PATHS = List.of(
            "error.code",
            "error.type",
            "error.status",
            "error.reason",
            "error.error_code",
            "error.error_type",
            "error.details.error_code",
            "error.details[*].reason",
            "error.errors[*].reason",
            "error.metadata.error_type",
            "error",
            "code",
            "type",
            "error_code",
            "error_type",
            "status",
            "reason",
            "__type",
            "response.error.code",
            "response.error.type",
            "response.error_type",
            "choices[*].error.code",
            "choices[*].error.type",
            "choices[*].error.metadata.error_type",
            "errors[*].code",
            "errors[*].type",
            "errors[*].reason",
            "errors[*].extensions.code");

    private static final List<String> MESSAGE_PATHS = List.of(
            "error.message",
            "error",
            "message",
            "Message",
            "error_message",
            "detail",
            "detail.error",
            "detail.message",
            "error.detail",
            "error.error",
            "response.error.message",
            "choices[*].error.message",
            "errors[*].message",
            "error_description",
            "title",
            "msg");

    /** Where a 2xx keeps an error. */
    private static final List<String> ERROR_PATHS =
            List.of("error", "response.error", "choices[*].error", "errors[*].type", "errors[*].code");

    private static final List<String> STATUS_PATHS =
            List.of("error.code", "error.status", "response.error.code", "choices[*].error.code", "code");

    private static final int LONGEST_CODE = 128;

    private final Answer answer;
    private final int status;
    private final String text;
    private final boolean html;
    private final boolean stream;
    private final FlatJson json;
    private final List<Bucket> buckets;
    private final Instant now;
    private final Set<String> codes = new HashSet<>();
    private final List<String> messages = new ArrayList<>();

    private Evidence(Answer answer, String text, boolean stream, FlatJson json, List<Bucket> buckets, Instant now) {
        this.answer = answer;
        this.text = text;
        this.html = BodyText.isHtml(text);
        this.stream = stream;
        this.json = json;
        this.buckets = buckets;
        this.now = now;
        int outer = answer.status();
        this.status = outer < 300 && errorInside() ? innerStatus(outer) : outer;
        collect();
    }

    /** The evidence of an answer with the given (plain) prefix of its body. */
    static Evidence of(Answer answer, byte[] plainBody, List<Bucket> buckets, Instant now) {
        String text = BodyText.text(plainBody);
        boolean stream = Documents.isEventStream(text);
        return new Evidence(
                answer, text, stream, Documents.first(text, json -> tellsError(json, stream)), buckets, now);
    }

    /** A type beside a code is the error event of a stream; elsewhere it is as likely an entry of the caller's log. */
    private static boolean tellsError(FlatJson json, boolean stream) {
        for (String path : ERROR_PATHS) {
            if (json.has(path)) {
                return true;
            }
        }
        return json.says("status", "error")
                ? json.has("code") || json.has("message")
                : stream && json.says("type", "error") && json.has("code");
    }

    /** Whether the body tells of an error in one of the known places. */
    boolean errorInside() {
        return tellsError(json, stream);
    }

    private int innerStatus(int outer) {
        for (String path : STATUS_PATHS) {
            for (FlatJson.Entry entry : json.entries()) {
                if (entry.value() != null && JsonPath.matches(path, entry.path())) {
                    int inner = Digits.small(entry.value());
                    if (inner >= 400 && inner < 600) {
                        return inner;
                    }
                }
            }
        }
        return outer;
    }

    private void collect() {
        for (FlatJson.Entry entry : json.entries()) {
            String value = entry.value();
            if (value != null && !value.isEmpty()) {
                if (matchesAny(CODE_PATHS, entry.path())) {
                    addCode(value);
                }
                if (entry.text() && matchesAny(MESSAGE_PATHS, entry.path())) {
                    messages.add(value.stripLeading());
                }
            }
        }
        for (String type : answer.headers("x-amzn-errortype")) {
            addCode(type.indexOf(':') > 0 ? type.substring(0, type.indexOf(':')) : type);
        }
        messages.addAll(answer.headers("x-error-message"));
        if (json.entries().isEmpty() && !html && !text.isEmpty()) {
            messages.add(text.length() > 1024 ? text.substring(0, 1024) : text);
        }
    }

    private static boolean matchesAny(List<String> patterns, String path) {
        for (String pattern : patterns) {
            if (JsonPath.matches(pattern, path)) {
                return true;
            }
        }
        return false;
    }

    /** Problem types are addresses, AWS types are shapes: what follows the last {@code #} or {@code /} is the code. */
    private void addCode(String value) {
        if (value.length() <= LONGEST_CODE) {
            int from = Math.max(value.lastIndexOf('#'), value.lastIndexOf('/')) + 1;
            codes.add(value.substring(from).toLowerCase(Locale.ROOT));
        }
    }

    int status() {
        return status;
    }

    Answer answer() {
        return answer;
    }

    FlatJson json() {
        return json;
    }

    String text() {
        return text;
    }

    boolean html() {
        return html;
    }

    Set<String> codes() {
        return codes;
    }

    List<String> messages() {
        return messages;
    }

    List<Bucket> buckets() {
        return buckets;
    }

    /** The time of the upstream's clock: dates in an answer are compared with the answer's own date. */
    Instant now() {
        return now;
    }

    /** The clock against which an answer's dates count: its own {@code Date}, else the time of its arrival. */
    static Instant clock(Answer answer) {
        @Nullable String date = answer.header("date");
        Instant told = HttpDate.parse(date);
        return told != null ? told : answer.receivedAt();
    }
}
