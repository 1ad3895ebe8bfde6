package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirstEventTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: 1\n\n",
                "data: 1\r\n\r\n",
                "data: 1\r\r",
                "data\n\n",
                "data:\n\n",
                "event: error\n\n",
                "event\r\n\r\n",
                "event: a\ndata: b\nid: 3\n\n",
                "id: 7\nretry: 10\ndata: 1\n\n",
                ": comment\n\ndata: 1\n\n",
                "\n\n\r\n\r\rdata: 1\n\n",
                "retry: 10\n\nevent: a\n\n",
                "\uFEFFdata: 1\n\n",
                "databank: 1\n\neventual\n\n: data:\n\n data: 1\n\ndata: 1\n\n",
            })
    void is_whole_with_the_blank_line_after_it_and_not_before_however_it_is_cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        // A return alone ends a line too, so the last byte of "\r\n" is one too many.
        int end = text.endsWith("\r\n\r\n") ? bytes.length - 1 : bytes.length;
        for (int cut = 0; cut <= bytes.length; cut++) {
            FirstEvent event = new FirstEvent();

            assertThat(event.accept(bytes, 0, cut)).as("after %d bytes", cut).isEqualTo(cut >= end);
            assertThat(event.accept(bytes, cut, bytes.length)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n\n",
                ": data: 1\n\n",
                "id: 1\n\n",
                "retry: 5\n\n",
                "dat: 1\n\n",
                "datas: 1\n\n",
                " data: 1\n\n",
                "Data: 1\n\n",
                "{\"error\":1}\n\n",
                "data: 1\n",
                "data: 1\r\n",
                "x\uFEFFdata: 1\n\n",
            })
    void is_not_whole_without_a_field_of_an_event_and_a_blank_line_after_it(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        FirstEvent event = new FirstEvent();
        for (int i = 0; i < bytes.length; i++) {
            event.accept(bytes, i, i + 1);
        }

        assertThat(event.isWhole()).as(Arrays.toString(bytes)).isFalse();
    }
}
