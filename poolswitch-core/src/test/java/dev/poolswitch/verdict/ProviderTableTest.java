package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the papers say of providers is what the rules do with those providers' answers. */
class ProviderTableTest {

    /** When it fails: this is the table to put into the paper, between its header and the next empty line. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/verdicts.md"})
    void the_papers_say_what_is_learned_from_which_provider(String paper) throws IOException {
        String text = Files.readString(Path.of("..").resolve(paper));
        boolean inFull = !paper.equals("README.md");

        assertThat(text).contains(table(inFull));
    }

    private static String table(boolean inFull) {
        List<String> lines = new ArrayList<>();
        lines.add(
                inFull
                        ? "| profile | chosen for | a rate limit is about | states waits | budgets learned | usage read | cases |"
                        : "| provider | a rate limit is about | wait learned | budgets learned | tokens used |");
        lines.add(inFull ? "|---|---|---|---|---|---|---|" : "|---|---|---|---|---|");
        for (Profile profile : Profiles.all()) {
            List<ResponseCase> cases = cases(profile);
            if (!profile.hosts().isEmpty() && !cases.isEmpty()) {
                lines.add(row(profile, cases, inFull));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static List<ResponseCase> cases(Profile profile) {
        return ResponseCase.all().stream()
                .filter(known -> profile.names().contains(known.provider()))
                .toList();
    }

    private static String row(Profile profile, List<ResponseCase> cases, boolean inFull) {
        List<Verdict> verdicts = cases.stream()
                .map(known -> ResponseClassifier.byName(known.provider()).classify(known.answer()))
                .toList();
        String scope = profile.scopes()
                .getOrDefault(VerdictKind.RATE_LIMITED, Scope.KEY)
                .name();
        String learned = String.join(
                ", ",
                verdicts.stream()
                        .flatMap(verdict -> verdict.budgets().stream())
                        .map(budget -> budget.unit().name().toLowerCase(Locale.ROOT))
                        .distinct()
                        .sorted()
                        .toList());
        String about = scope.toLowerCase(Locale.ROOT).replace('_', ' ');
        String waits = yes(verdicts, verdict -> verdict.waitFor() != null);
        String usage = yes(cases, known -> known.usage() >= 0);
        String budgets = learned.isEmpty() ? "-" : learned;
        return inFull
                ? "| `" + String.join("`, `", profile.names()) + "` | " + String.join(", ", profile.hosts()) + " | "
                        + about + " | " + waits + " | " + budgets + " | " + usage + " | " + cases.size() + " |"
                : "| " + profile.names().get(0) + " | " + about + " | " + waits + " | " + budgets + " | " + usage
                        + " |";
    }

    private static <T> String yes(List<T> all, Predicate<T> any) {
        return all.stream().anyMatch(any) ? "yes" : "-";
    }
}
