package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyInQueryTest {

    @Test
    void a_key_takes_the_place_of_what_stood_there() {
        assertThat(KeyInQuery.with("/v1", "key", "s 1&+")).isEqualTo("/v1?key=s%201%26%2B");
        assertThat(KeyInQuery.with("/v1?key=mine&alt=sse", "key", "s1")).isEqualTo("/v1?alt=sse&key=s1");
        assertThat(KeyInQuery.with("https://h:1/v1?a=%20#part", "key", "s1"))
                .isEqualTo("https://h:1/v1?a=%20&key=s1#part");
    }

    @Test
    void other_parameters_stay_as_they_were_written() {
        assertThat(KeyInQuery.without("/v1?a=%2F&monkey=1&&key&b=+&key=2", "key"))
                .isEqualTo("/v1?a=%2F&monkey=1&&b=+");
        assertThat(KeyInQuery.without("/key=1", "key")).isEqualTo("/key=1");
        assertThat(KeyInQuery.without("/v1?k%65y=1&%zz=2", "key")).isEqualTo("/v1?%zz=2");
        assertThat(KeyInQuery.without("/v1?", "key")).isEqualTo("/v1?");
    }

    @Test
    void a_key_that_an_upstream_has_put_elsewhere_is_found_too() {
        assertThat(KeyInQuery.free("/login?next=%2Fv1%3Fkey%3Dsecret", "key", "secret"))
                .isEqualTo("/login?next=%2Fv1%3Fkey%3D");
    }
}
