package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UsageReaderTest {

    static List<ResponseCase> bodies() {
        return ResponseCase.all().stream()
                .filter(answer -> answer.expect().path("totalTokens").isNumber())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void reads_a_body_cut_anywhere_and_compressed(ResponseCase answer) throws IOException {
        byte[] body = answer.answer().body();
        long expected = answer.expect().path("totalTokens").asLong();
        for (int size = 1; size <= 9; size++) {
            assertThat(inPieces(UsageReader.of(answer.answer()), body, size)).isEqualTo(expected);
            if (answer.answer().header("x-amzn-bedrock-input-token-count") == null) {
                assertThat(inPieces(gzipReader(), gzip(body), size)).isEqualTo(expected);
                assertThat(inPieces(gzipReader(), body, size)).isEqualTo(expected);
            }
        }
    }

    private static UsageReader gzipReader() {
        return UsageReader.of(ScriptedAnswer.of(200, "", "Content-Encoding", "gzip"));
    }

    private static long inPieces(UsageReader reader, byte[] body, int size) {
        try (reader) {
            for (int at = 0; at < body.length; at += size) {
                reader.accept(body, at, Math.min(size, body.length - at));
            }
            return reader.totalTokens();
        }
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(body);
        }
        return out.toByteArray();
    }

    @Test
    void does_not_count_what_the_model_says() {
        String body = "{\"content\":\"{\\\"usage\\\":{\\\"total_tokens\\\":99}}\",\"usage\":{\"total_tokens\":7}}";
        assertThat(inPieces(UsageReader.plain(), body.getBytes(StandardCharsets.UTF_8), 3))
                .isEqualTo(7);
    }

    @Test
    void of_a_long_document_whose_length_is_told_the_end_is_enough() {
        String words = "\"content\":\"" + "and so on ".repeat(100_000) + "\"";
        byte[] atTheEnd = ("{" + words + ",\"usage\":{\"total_tokens\":7}}").getBytes(StandardCharsets.UTF_8);
        byte[] atTheBeginning = ("{\"usage\":{\"total_tokens\":7}," + words + "}").getBytes(StandardCharsets.UTF_8);
        for (int piece : new int[] {1, 1000, 8192, 65_536, 2_000_000}) {
            assertThat(inPieces(readerOf(atTheEnd), atTheEnd, piece)).isEqualTo(7);
            assertThat(inPieces(readerOf(atTheBeginning), atTheBeginning, piece))
                    .isEqualTo(7);
        }
    }

    private static UsageReader readerOf(byte[] body) {
        return UsageReader.of(
                ScriptedAnswer.of(200, "", "Content-Type", "application/json", "Content-Length", "" + body.length));
    }

    @Test
    void of_a_long_stream_the_beginning_and_the_end_are_enough() {
        String words =
                "data: {\"choices\":[{\"delta\":{\"content\":\" and so on\"}}],\"usage\":null}\n\n".repeat(10_000);
        byte[] both = bytes("data: {\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n" + words
                + "data: {\"usage\":{\"output_tokens\":9}}\n\ndata: {\"type\":\"message_stop\"}\n\n");
        for (int piece : new int[] {1, 100, 1000, 3000, 8192, 65_536, 2_000_000}) {
            assertThat(inPieces(UsageReader.plain(), both, piece))
                    .as("pieces of " + piece)
                    .isEqualTo(14);
        }
    }

    @Test
    void a_report_lies_wherever_it_likes_around_what_is_searched_at_once() {
        String report = "\"usage\":{\"total_tokens\":7}";
        for (int before = 2048 - report.length() - 2; before < 2048 + 2; before++) {
            byte[] body = bytes("x".repeat(before) + report + "x".repeat(3));
            for (int piece : new int[] {1, 7, 2047, 2048, 2049, 8192}) {
                assertThat(inPieces(UsageReader.plain(), body, piece)).isEqualTo(7);
            }
        }
    }

    @Test
    void the_end_of_a_stream_of_small_pieces_may_be_long() {
        byte[] body = bytes("x".repeat(50_000) + "\"usage\":{\"total_tokens\":7}" + "y".repeat(8_000));
        for (int piece : new int[] {1, 200, 1024}) {
            assertThat(inPieces(UsageReader.plain(), body, piece))
                    .as("pieces of " + piece)
                    .isEqualTo(7);
        }
    }

    @Test
    void the_last_event_of_a_slow_stream_may_be_long() {
        String words = "data: {\"delta\":\" and so on\"}\n\n";
        byte[] last = bytes("data: {\"response\":{\"output\":\"" + "x".repeat(2_000)
                + "\",\"usage\":{\"total_tokens\":600},\"metadata\":\"" + "y".repeat(1_500) + "\"}}\n\n");
        try (UsageReader reader = UsageReader.plain()) {
            for (int i = 0; i < 500; i++) {
                reader.accept(bytes(words), 0, words.length());
            }
            reader.accept(last, 0, last.length);
            assertThat(reader.totalTokens()).isEqualTo(600);
        }
    }

    @Test
    void a_report_that_each_piece_repeats_before_long_fields_is_read_from_the_last() {
        try (UsageReader reader = UsageReader.plain()) {
            for (int i = 1; i <= 40; i++) {
                byte[] piece = bytes("data: {\"usage\":{\"total_tokens\":" + 5 * i + "},\"citations\":\""
                        + "z".repeat(2_000 + 100 * i) + "\"}\n\n");
                reader.accept(piece, 0, piece.length);
            }
            assertThat(reader.totalTokens()).isEqualTo(200);
        }
    }

    @Test
    void what_was_told_so_far_can_be_asked_at_any_time() {
        String chunk = "data: {\"text\":\"" + "x".repeat(300) + "\",\"usageMetadata\":{\"totalTokenCount\":%d}}\n\n";
        try (UsageReader reader = UsageReader.plain()) {
            for (int i = 1; i <= 100; i++) {
                byte[] piece = bytes(chunk.formatted(i));
                int cut = i % piece.length;
                reader.accept(piece, 0, cut);
                assertThat(reader.totalTokens()).isBetween(i == 1 ? -1L : i - 1L, (long) i);
                reader.accept(piece, cut, piece.length - cut);
                assertThat(reader.totalTokens()).isEqualTo(i);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void hostile_numbers_are_no_tokens() {
        for (String usage : new String[] {
            "{\"total_tokens\":-5}",
            "{\"total_tokens\":1e9}",
            "{\"total_tokens\":99999999999999999999}",
            "{\"total_tokens\":\"7\"}",
            "null",
            "[]",
            "{",
            "{\"x\":{\"total_tokens\":5}}"
        }) {
            byte[] body = ("{\"usage\":" + usage + "}").getBytes(StandardCharsets.UTF_8);
            assertThat(inPieces(UsageReader.plain(), body, 64)).as(usage).isEqualTo(-1);
        }
    }

    @Test
    void survives_noise() {
        Random random = new Random(7);
        String[] words = {
            "\"usage\"", ":", "{", "}", "\"total_tokens\"", "1", "\\", "\"", "[", "\"eval_count\":", "\u00ff"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            byte[] body = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            inPieces(i % 2 == 0 ? UsageReader.plain() : gzipReader(), body, 1 + random.nextInt(10));
        }
    }

    @Test
    void reads_all_members_of_a_compressed_body() throws IOException {
        byte[] whole =
                "{\"content\":\"so it goes\",\"usage\":{\"total_tokens\":1234}}".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        for (int at = 0; at < whole.length; at += 7) {
            members.write(gzip(Arrays.copyOfRange(whole, at, Math.min(whole.length, at + 7))));
            members.write(gzip(new byte[0]));
        }
        for (int size = 1; size <= members.size(); size++) {
            assertThat(inPieces(gzipReader(), members.toByteArray(), size)).isEqualTo(1234);
        }
        members.write(new byte[100]);
        assertThat(inPieces(gzipReader(), members.toByteArray(), 8192)).isEqualTo(1234);
        assertThat(BodyText.plain(members.toByteArray())).isEqualTo(whole);
    }

    @Test
    void what_follows_the_last_member_is_no_body() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(gzip("{}".getBytes(StandardCharsets.UTF_8)));
        body.write("{\"usage\":{\"total_tokens\":7}}".getBytes(StandardCharsets.UTF_8));
        assertThat(inPieces(gzipReader(), body.toByteArray(), 8192)).isEqualTo(-1);
        assertThat(BodyText.plain(body.toByteArray())).asString().isEqualTo("{}");
    }

    @Test
    void thousands_of_empty_members_are_read_and_cost_no_stack() throws IOException {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        byte[] empty = gzip(new byte[0]);
        while (members.size() < 60_000) {
            members.write(empty);
        }
        members.write(gzip("{\"usage\":{\"total_tokens\":7}}".getBytes(StandardCharsets.UTF_8)));
        assertThat(inPieces(gzipReader(), members.toByteArray(), 8192)).isEqualTo(7);
        assertThat(BodyText.plain(members.toByteArray())).asString().contains("total_tokens");
    }

    @Test
    void a_bomb_in_many_members_is_given_up_as_one_in_one_member_is() throws IOException {
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        byte[] member = gzip(new byte[1 << 20]);
        for (int i = 0; i < 80; i++) {
            members.write(member);
        }
        members.write(gzip("{\"usage\":{\"total_tokens\":7}}".getBytes(StandardCharsets.UTF_8)));
        assertThat(inPieces(gzipReader(), members.toByteArray(), 8192)).isEqualTo(-1);
        assertThat(BodyText.plain(members.toByteArray())).hasSize(64 * 1024);
    }

    @Test
    void gives_a_bomb_up() throws IOException {
        byte[] usage = "{\"usage\":{\"total_tokens\":7}}".getBytes(StandardCharsets.UTF_8);
        byte[] bomb = Arrays.copyOf(new byte[50 << 20], (50 << 20) + usage.length);
        System.arraycopy(usage, 0, bomb, 50 << 20, usage.length);
        assertThat(inPieces(gzipReader(), gzip(usage), 8192)).isEqualTo(7);
        assertThat(inPieces(gzipReader(), gzip(bomb), 8192)).isEqualTo(-1);
    }
}
