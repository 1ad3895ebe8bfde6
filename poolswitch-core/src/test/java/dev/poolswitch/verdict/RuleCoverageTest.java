package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleCoverageTest {

    @Test
    void no_rule_can_be_removed_without_a_case_changing() {
        Set<Rule> rules = new LinkedHashSet<>();
        Profiles.all().forEach(profile -> rules.addAll(profile.rules()));
        List<Rule> useless = new ArrayList<>();
        for (Rule rule : rules) {
            if (ResponseCase.all().stream().noneMatch(answer -> breaks(answer, rule))) {
                useless.add(rule);
            }
        }
        assertThat(useless).isEmpty();
    }

    private static boolean breaks(ResponseCase answer, Rule removed) {
        Profile profile = Profiles.byName(answer.provider());
        if (!profile.rules().contains(removed)) {
            return false;
        }
        List<Rule> rest =
                profile.rules().stream().filter(rule -> rule != removed).toList();
        Profile without = new Profile(profile.names(), profile.hosts(), profile.scopes(), profile.windows(), rest);
        return !answer.differences(new RuleClassifier(without).classify(answer.answer()))
                .isEmpty();
    }
}
