package dev.poolswitch.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DocumentTest {

    private final Table table = Table.of("t", "title", "what", "ns").row("a call", "12");

    @Test
    void a_table_takes_the_place_of_the_one_before_and_the_words_stay() throws Exception {
        String text = "before\n<!-- table: t -->\nold\n<!-- end -->\nafter <!-- end -->";

        assertThat(Document.replaced(text, table)).isEqualTo("""
                        before
                        <!-- table: t -->

                        | what   | ns |
                        |--------|----|
                        | a call | 12 |

                        <!-- end -->
                        after <!-- end -->""");
    }

    @Test
    void a_table_without_a_place_is_an_error() {
        assertThatThrownBy(() -> Document.replaced("<!-- table: other --> <!-- end -->", table))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no place for the table t");
    }

    @Test
    void the_median_of_an_even_number_of_samples_lies_between_them() {
        assertThat(Figures.of(4, 1, 2, 3)).isEqualTo(new Figures(2.5, 1, 4));
        assertThat(Figures.quartiles(5, 1, 2, 3, 4)).isEqualTo(new Figures(3, 2, 4));
    }
}
