package dev.poolswitch.verdict;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the fuzzer runs. An input is an answer: a byte for the provider, two for the status, a line for each header, an
 * empty line, the body. Reading what it means must not throw, and not take longer than a millisecond for each KiB.
 */
public final class AnswerFuzz {

    private static final List<String> PROVIDERS = ResponseCase.all().stream()
            .map(ResponseCase::provider)
            .distinct()
            .sorted()
            .toList();

    /** A pause of the machine is not the input's fault; what is slow because of the input is slow each time. */
    private static final int TRIES = 20;

    /** The fuzzer's probes in each branch make the code many times slower. */
    private static final int SLOWDOWN = Integer.getInteger("fuzz.slowdown", 1);

    private static final long FREE_NANOS = 2_000_000L * SLOWDOWN;

    private static final long NANOS_PER_KIB = 1_000_000L * SLOWDOWN;

    private static final int WARM_UP = 20;

    static {
        for (int i = 0; i < WARM_UP; i++) {
            ResponseCase.all().forEach(known -> judge(seed(known)));
        }
    }

    private AnswerFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        long budget = FREE_NANOS + NANOS_PER_KIB * (1 + input.length / 1024);
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && fastest > budget; i++) {
            long begin = System.nanoTime();
            judge(input);
            fastest = Math.min(fastest, System.nanoTime() - begin);
        }
        if (fastest > budget) {
            throw new IllegalStateException(input.length + " bytes took " + fastest / 1000 + " us");
        }
    }

    private static void judge(byte[] input) {
        if (input.length < 3) {
            return;
        }
        String provider = PROVIDERS.get((input[0] & 0xFF) % PROVIDERS.size());
        int status = (input[1] & 0xFF) << 8 | (input[2] & 0xFF);
        int at = 3;
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        int end = lineEnd(input, at);
        while (end > at) {
            String line = new String(input, at, end - at, StandardCharsets.ISO_8859_1);
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.add(Map.entry(line.substring(0, colon), line.substring(colon + 1)));
            }
            at = end + 1;
            end = lineEnd(input, at);
        }
        byte[] body = at + 1 < input.length ? Arrays.copyOfRange(input, at + 1, input.length) : new byte[0];
        ScriptedAnswer answer = new ScriptedAnswer(status, headers, body, ScriptedAnswer.NOW);
        check(ResponseClassifier.byName(provider).classify(answer));
        try (UsageReader usage = UsageReader.of(answer)) {
            int half = body.length / 2;
            usage.accept(body, 0, half);
            usage.accept(body, half, body.length - half);
            if (usage.totalTokens() < -1) {
                throw new IllegalStateException("less than no tokens");
            }
        }
    }

    private static void check(Verdict verdict) {
        boolean negative = verdict.waitFor() != null && verdict.waitFor().isNegative();
        boolean endless = verdict.waitFor() != null && verdict.waitFor().compareTo(WaitText.LONGEST) > 0;
        if (negative || endless || verdict.code().length() > 64) {
            throw new IllegalStateException("not a verdict that the rules allow: " + verdict);
        }
        for (Budget budget : verdict.budgets()) {
            if (budget.reset() != null && budget.reset().isNegative()) {
                throw new IllegalStateException("a budget that is full in the past: " + budget);
            }
        }
    }

    private static int lineEnd(byte[] input, int from) {
        int at = from;
        while (at < input.length && input[at] != '\n') {
            at++;
        }
        return at;
    }

    /** A known answer as the fuzzer's input. */
    static byte[] seed(ResponseCase known) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PROVIDERS.indexOf(known.provider()));
        out.write(known.answer().status() >> 8);
        out.write(known.answer().status());
        known.answer()
                .forEachHeader((name, value) ->
                        out.writeBytes((name + ":" + value + "\n").getBytes(StandardCharsets.ISO_8859_1)));
        out.write('\n');
        out.writeBytes(known.answer().body());
        return out.toByteArray();
    }
}
