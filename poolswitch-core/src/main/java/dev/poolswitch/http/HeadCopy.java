package dev.poolswitch.http;

import dev.poolswitch.verdict.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer's head that outlives the view of it, to be judged again with the beginning of its body. */
@SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes are nobody else's.
record HeadCopy(int status, Instant receivedAt, List<String> names, List<String> values, byte[] body)
        implements Answer {

    static HeadCopy of(Answer answer) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        answer.forEachHeader((name, value) -> {
            names.add(name);
            values.add(value);
        });
        return new HeadCopy(answer.status(), answer.receivedAt(), names, values, new byte[0]);
    }

    HeadCopy withBody(byte[] bytes) {
        return new HeadCopy(status, receivedAt, names, values, bytes);
    }

    @Override
    public @Nullable String header(String name) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoreCase(name)) {
                return values.get(i);
            }
        }
        return null;
    }

    @Override
    public List<String> headers(String name) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equalsIgnoreCase(name)) {
                found.add(values.get(i));
            }
        }
        return found;
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        for (int i = 0; i < names.size(); i++) {
            consumer.accept(names.get(i), values.get(i));
        }
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        return body.length <= maxBytes ? body : Arrays.copyOf(body, maxBytes);
    }
}
