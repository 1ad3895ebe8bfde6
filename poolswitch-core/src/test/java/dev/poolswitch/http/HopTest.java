package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.Origin;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HopTest {

    private static final URI HERE = URI.create("https://api.example.com/v1/models?x=1");

    @ParameterizedTest
    @CsvSource({
        "301, GET, GET",
        "302, GET, GET",
        "307, GET, GET",
        "308, GET, GET",
        "301, POST, GET",
        "302, POST, GET",
        "303, POST, GET",
        "307, POST, POST",
        "308, POST, POST",
        "302, PUT, PUT",
        "303, PUT, GET",
        "303, HEAD, HEAD"
    })
    void a_redirect_changes_the_method_as_all_clients_do(int status, String method, String next) {
        Hop hop = new Hop(method, HERE, true).redirected(status, "/v2");

        assertThat(hop).isEqualTo(new Hop(next, URI.create("https://api.example.com/v2"), next.equals(method)));
    }

    @ParameterizedTest
    @CsvSource(
            value = {
                "200, /v2",
                "304, /v2",
                "302, NULL",
                "302, http://api.example.com/v2",
                "302, mailto:a@example.com",
                "302, :::"
            },
            nullValues = "NULL")
    void other_answers_are_for_the_application(int status, String location) {
        assertThat(new Hop("GET", HERE, false).redirected(status, location)).isNull();
    }

    @Test
    void a_hop_leads_to_its_own_origin_only() {
        Hop hop = new Hop("GET", HERE, false);

        assertThat(hop.leadsTo(new Origin("https", "API.example.com", 443))).isTrue();
        assertThat(hop.leadsTo(new Origin("https", "api.example.com", 8443))).isFalse();
        assertThat(hop.leadsTo(new Origin("http", "api.example.com", 443))).isFalse();
        assertThat(new Hop("GET", URI.create("ftp://api.example.com/"), false)
                        .leadsTo(new Origin("https", "api.example.com", 443)))
                .isFalse();
    }
}
