package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import org.junit.jupiter.api.Test;
import retrofit2.Call;
import retrofit2.Response;
import retrofit2.Retrofit;
import retrofit2.http.Body;
import retrofit2.http.Header;
import retrofit2.http.POST;
import retrofit2.http.Streaming;

class RetrofitTest extends OnOkHttp {

    interface ChatApi {
        @POST("v1/chat/completions")
        Call<ResponseBody> chat(@Header("Authorization") String credential, @Body RequestBody question);

        @Streaming
        @POST("v1/chat/completions")
        Call<ResponseBody> stream(@Body RequestBody question);
    }

    @SuppressWarnings("NullAway.Init")
    private ChatApi api;

    RetrofitTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build(OkHttpClient http) {
        String baseUrl = url("/");
        // snippet: retrofit
        Retrofit retrofit = new Retrofit.Builder().baseUrl(baseUrl).client(http).build();
        // end
        api = retrofit.create(ChatApi.class);
    }

    @Test
    void a_spent_key_costs_one_call() throws IOException {
        Response<ResponseBody> answer =
                api.chat("Bearer " + PLACEHOLDER, question(false)).execute();

        assertThat(answer.code()).isEqualTo(200);
        try (ResponseBody body = answer.body()) {
            assertThat(body).isNotNull();
            assertThat(body.string()).contains("word");
        }
        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws IOException {
        Arrivals arrivals = chatStream();
        try (ResponseBody body = api.stream(question(true)).execute().body()) {
            assertThat(body).isNotNull();
            BufferedSource source = body.source();
            while (source.readUtf8Line() != null) {
                arrivals.mark();
            }
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void it_has_no_retries_of_its_own() throws IOException {
        spendAllKeysAndForget();

        Response<ResponseBody> answer =
                api.chat("Bearer " + PLACEHOLDER, question(false)).execute();

        assertThat(answer.code()).isEqualTo(429);
        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    private static RequestBody question(boolean stream) {
        return RequestBody.create(Question.json(stream), MediaType.get("application/json"));
    }
}
