package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResponseCasesTest {

    /** Agreement by provider: cases, and how many agree in verdict, scope, wait, remaining budgets and used tokens. */
    private final Map<String, int[]> table = new TreeMap<>();

    private static final List<String> COLUMNS =
            List.of("verdict", "scope", "otherKey", "wait", "requests", "tokens", "totalTokens");

    static List<ResponseCase> cases() {
        return ResponseCase.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void understands(ResponseCase answer) {
        List<String> differences =
                answer.differences(ResponseClassifier.byName(answer.provider()).classify(answer.answer()));
        int[] row = table.computeIfAbsent(answer.provider(), provider -> new int[COLUMNS.size() + 1]);
        row[0]++;
        for (int i = 0; i < COLUMNS.size(); i++) {
            String column = COLUMNS.get(i) + ":";
            row[i + 1] += differences.stream().anyMatch(text -> text.startsWith(column)) ? 0 : 1;
        }
        assertThat(differences).isEmpty();
    }

    @AfterAll
    void report() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("%-22s %5s %s", "provider", "cases", String.join(" ", COLUMNS)));
        table.forEach((provider, row) -> lines.add(String.format(
                "%-22s %5d %7d %5d %8d %4d %8d %6d %11d",
                provider, row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7])));
        System.out.println(String.join(System.lineSeparator(), lines));
    }
}
