package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RequestFactsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"gpt-4o"}                                                        | gpt-4o  | 0
            {"model" : "gpt-4o" , "max_tokens" : 12 }                                 | gpt-4o  | 12
            {"max_tokens":12,"max_completion_tokens":40,"model":"m"}                  | m       | 40
            {"messages":[{"model":"inner","max_tokens":9}],"model":"m"}               | m       | 0
            {"a":{"b":{"model":"inner"}},"c":[[[{"model":"x"}]],"}"],"model":"m"}     | m       | 0
            {"prompt":"say \\"model\\":\\"evil\\"","model":"m"}                       | m       | 0
            {"prompt":"a brace } and a \\\\","model":"m"}                             | m       | 0
            {"prompt":"{\\"model\\":\\"evil\\",\\"max_tokens\\":5}"}                  |         | 0
            {"mo\\u0064el":"gp\\u0074-4\\u006f","max\\u005ftokens":7}                 | gpt-4o  | 7
            {"model":"meta\\/llama"}                                                  | meta/llama | 0
            {"model":"one","model":"two"}                                             | two     | 0
            {"model":7,"max_tokens":"12"}                                             |         | 0
            {"model":null,"max_tokens":null}                                          |         | 0
            {"model":"m","max_tokens":1.5}                                            | m       | 0
            {"model":"m","max_tokens":1e3}                                            | m       | 0
            {"model":"m","max_tokens":-5}                                             | m       | 0
            {"model":"m","max_tokens":99999999999999999999}                           | m       | 1000000000
            {"model":"two words"}                                                     |         | 0
            {"model":"modèle"}                                                        |         | 0
            {"model":""}                                                              |         | 0
            {"models":"m","model2":"m","odel":"m","Model":"m"}                        |         | 0
            [{"model":"m"}]                                                           |         | 0
            "model"                                                                   |         | 0
            {}                                                                        |         | 0
            model=m                                                                   |         | 0
            """)
    void reads_the_top_level_and_nothing_inside_texts_or_nested_values(
            String body, @Nullable String model, long tokens) {
        assertThat(facts(body)).isEqualTo(new RequestFacts(model, tokens));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"", "{\"model", "{\"model\"", "{\"model\":", "{\"model\":\"", "{\"model\":\"gpt-4"})
    void a_value_that_is_cut_off_is_none(String body) {
        assertThat(facts(body)).isEqualTo(new RequestFacts(null, 0));
    }

    @Test
    void what_stands_before_the_cut_counts() {
        assertThat(facts("{\"model\":\"m\"")).isEqualTo(new RequestFacts("m", 0));
        assertThat(facts("{\"model\":\"m\",\"max_tokens\":12")).isEqualTo(new RequestFacts("m", 0));
        assertThat(facts("{\"model\":\"m\",\"max_tokens\":12,\"messages\":[{\"content\":\"and so o"))
                .isEqualTo(new RequestFacts("m", 12));
    }

    @Test
    void says_the_same_as_a_parser_whatever_the_texts_hold() {
        JsonMapper json = JsonMapper.builder().build();
        String letters = "\"\\{}[]:,\n\t a\u0001é\uD83D\uDE00model";
        Random random = new Random(5);
        for (int n = 0; n < 2000; n++) {
            ObjectNode body = json.createObjectNode();
            body.put("prompt", text(random, letters));
            body.put(text(random, letters) + "x", text(random, letters));
            body.putArray("messages").addObject().put("model", "inner").put("x", text(random, letters));
            body.put("max_tokens", random.nextInt(1000));
            body.put("model", "gpt-" + n);
            body.put("user", text(random, letters));
            String written = random.nextBoolean()
                    ? body.toString()
                    : json.writerWithDefaultPrettyPrinter().writeValueAsString(body);

            assertThat(facts(written))
                    .as(written)
                    .isEqualTo(
                            new RequestFacts("gpt-" + n, body.get("max_tokens").asLong()));
        }
    }

    @Test
    void garbage_never_throws_and_never_hangs() {
        Random random = new Random(6);
        byte[] letters = "{}[]\":,\\ u0model1".getBytes(StandardCharsets.US_ASCII);
        for (int n = 0; n < 20_000; n++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = letters[random.nextInt(letters.length)];
            }
            TopLevelMembers members = new TopLevelMembers(bytes);
            int found = 0;
            while (members.next()) {
                assertThat(members.isNamed("model") && members.isText() ? members.text() : "")
                        .as(Arrays.toString(bytes))
                        .isNotNull();
                found++;
            }
            assertThat(found).isLessThan(20);
        }
    }

    private static String text(Random random, String letters) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static RequestFacts facts(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return RequestFacts.of(new RequestView() {
            @Override
            public String method() {
                return "POST";
            }

            @Override
            public byte[] bodyPrefix(int maxBytes) {
                return Arrays.copyOf(bytes, Math.min(maxBytes, bytes.length));
            }

            @Override
            public @Nullable String header(String name) {
                return null;
            }

            @Override
            public boolean canBeSent() {
                return true;
            }

            @Override
            public boolean repeatable() {
                return true;
            }
        });
    }
}
