package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

class SpringTest extends OnHttpClient5 {

    private static final String CHAT = "/v1/chat/completions";

    @SuppressWarnings("NullAway.Init")
    private RestClient client;

    @SuppressWarnings("NullAway.Init")
    private RestTemplate template;

    @Override
    void build(CloseableHttpClient http) {
        // snippet: spring-restclient
        RestClient client = RestClient.builder()
                .requestFactory(new HttpComponentsClientHttpRequestFactory(http))
                .build();
        // end
        this.client = client;
        // snippet: spring-resttemplate
        RestTemplate template = new RestTemplate(new HttpComponentsClientHttpRequestFactory(http));
        // end
        this.template = template;
    }

    private RestClient.RequestBodySpec post(boolean stream) {
        return client.post()
                .uri(url(CHAT))
                .header("Authorization", "Bearer " + PLACEHOLDER)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Question.json(stream));
    }

    private HttpEntity<String> question(boolean stream) {
        HttpHeaders headers = new HttpHeaders();
        headers.setBearerAuth(PLACEHOLDER);
        headers.setContentType(MediaType.APPLICATION_JSON);
        return new HttpEntity<>(Question.json(stream), headers);
    }

    @Test
    void a_spent_key_costs_a_rest_client_one_call() {
        assertThat(post(false).retrieve().body(String.class)).contains("word");

        assertOneFailover();
    }

    @Test
    void a_stream_of_a_rest_client_fails_over_and_is_not_buffered() {
        Arrivals arrivals = chatStream();
        post(true).exchange((request, response) -> {
            readLines(response.getBody(), arrivals);
            return true;
        });

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void a_spent_key_costs_a_rest_template_one_call() {
        assertThat(template.postForObject(url(CHAT), question(false), String.class))
                .contains("word");

        assertOneFailover();
    }

    @Test
    void a_stream_of_a_rest_template_fails_over_and_is_not_buffered() {
        Arrivals arrivals = chatStream();
        template.execute(url(CHAT), HttpMethod.POST, template.httpEntityCallback(question(true)), response -> {
            readLines(response.getBody(), arrivals);
            return true;
        });

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void the_retries_of_the_client_beneath_do_not_stack() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> post(false).retrieve().body(String.class))
                .isInstanceOf(HttpClientErrorException.TooManyRequests.class);

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void an_error_answer_can_be_read_by_a_rest_template() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> template.postForObject(url(CHAT), question(false), String.class))
                .isInstanceOfSatisfying(
                        HttpClientErrorException.class,
                        error -> assertThat(error.getResponseBodyAsString()).contains("error"));

        assertThat(requests()).hasSize(2);
    }
}
