package dev.poolswitch.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.Form;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.WriterInterceptor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The application's filters, interceptors and providers do not notice that a call has several attempts. */
class ProvidersTest extends JaxrsTraps {

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @Test
    void filters_and_reader_interceptors_run_once_a_call() {
        server.onKey(A, limited());
        client.register((ClientRequestFilter) request -> {
                    seen.add("request " + request.getHeaderString("Authorization"));
                    request.setProperty("mine", "kept");
                    request.getHeaders().add("X-Once", "1");
                })
                .register((ClientResponseFilter) (request, response) -> seen.add("response " + response.getStatus()
                        + " " + request.getProperty("mine") + " " + request.getHeaderString("Authorization")))
                .register((ReaderInterceptor) context -> {
                    seen.add("reader");
                    return context.proceed();
                });

        assertThat(request("/x").get(String.class)).isEqualTo("ok");

        // The key is not in the request that the application sees.
        assertThat(seen).containsExactly("request null", "response 200 kept null", "reader");
        assertThat(server.requests())
                .allSatisfy(sent -> assertThat(sent.headers("X-Once")).containsExactly("1"));
    }

    @Test
    void writers_and_their_interceptors_run_for_each_attempt_with_type_and_annotations() {
        server.onKey(A, limited());
        client.register(new Words()).register((WriterInterceptor) context -> {
            seen.add("writer");
            context.proceed();
        });

        Annotation[] annotations = {Marked.class.getAnnotation(Deprecated.class)};
        GenericEntity<List<String>> words = new GenericEntity<>(List.of("one", "two")) {};
        request("/x")
                .post(Entity.entity(words, MediaType.TEXT_PLAIN_TYPE, annotations))
                .close();

        assertThat(server.requests())
                .hasSize(2)
                .extracting(RecordedRequest::bodyText)
                .containsOnly("one two java.util.List<java.lang.String> 1");
        assertThat(seen).containsExactly("writer", "writer");
    }

    @Test
    void what_is_registered_with_a_target_concerns_that_target_only() {
        client.close();
        client = Platform.client();
        server.onKey(A, limited());

        String pooled = client.target(server.uri("/pooled"))
                .register(filter)
                .register(new Words())
                .request()
                .post(Entity.text(new GenericEntity<>(List.of("a")) {}), String.class);
        client.target(server.uri("/bare")).request().get().close();

        assertThat(pooled).isEqualTo("ok");
        assertThat(server.requests().get(1).bodyText()).startsWith("a ");
        assertThat(server.keysInOrder()).containsExactly(A, B, "-");
    }

    @Test
    void headers_cookies_and_the_encoded_address_survive() {
        server.onKey(A, limited());

        client.target(server.uri("/a%2Fb/%7Bc%7D?q=%26%20x&q=2"))
                .request("application/json", "text/plain;q=0.5")
                .acceptLanguage("de")
                .cookie(new Cookie.Builder("biscuit").value("dry").build())
                .header("X-Many", "1")
                .header("X-Many", "2")
                .get()
                .close();

        assertThat(server.requests()).hasSize(2).allSatisfy(sent -> {
            assertThat(sent.target()).isEqualTo("/a%2Fb/%7Bc%7D?q=%26%20x&q=2");
            assertThat(String.join(",", sent.headers("Accept")))
                    .contains("application/json")
                    .contains("text/plain");
            assertThat(sent.header("Accept-Language")).startsWith("de");
            assertThat(sent.header("Cookie")).contains("biscuit=dry");
            assertThat(String.join(",", sent.headers("X-Many"))).matches("1, ?2");
        });
    }

    @Test
    void forms_are_sent_again() {
        server.onKey(A, limited());

        request("/x").post(Entity.form(new Form("a", "1 2"))).close();

        assertThat(server.requests()).extracting(RecordedRequest::bodyText).containsExactly("a=1+2", "a=1+2");
    }

    @Test
    void placeholders_make_way_for_the_key() {
        use(KeyPlacement.queryParameter("key"));

        request("/x?key=placeholder&a=1")
                .header("Authorization", "Bearer none")
                .get()
                .close();

        assertThat(server.requests().get(0).target()).isEqualTo("/x?a=1&key=" + A);
        assertThat(server.requests().get(0).header("Authorization")).isNull();
    }

    @Test
    void hints_travel_as_a_property() {
        request("/x")
                .property(PoolSwitchFilter.CALL_OPTIONS, CallOptions.none().withKey("b"))
                .get()
                .close();

        assertThat(CallOptions.class.getName()).isEqualTo(PoolSwitchFilter.CALL_OPTIONS);
        assertThat(server.keysInOrder()).containsExactly(B);
    }

    @Test
    void answers_without_a_body_have_no_entity() {
        server.onPath("/204", Reply.status(204));

        try (Response head = request("/x").head();
                Response empty = request("/204").get()) {
            assertThat(head.hasEntity()).isEqualTo(bareHasEntity("/x", "HEAD"));
            assertThat(empty.hasEntity()).isEqualTo(bareHasEntity("/204", "GET"));
        }
    }

    private boolean bareHasEntity(String path, String method) {
        Client bare = Platform.client();
        try (Response response = bare.target(server.uri(path)).request().method(method)) {
            return response.hasEntity();
        } finally {
            bare.close();
        }
    }

    @Deprecated
    private static final class Marked {}

    /** Writes lists of words, and what it is told about them. */
    private static final class Words implements MessageBodyWriter<List<String>> {

        @Override
        public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
            return List.class.isAssignableFrom(type);
        }

        @Override
        public void writeTo(
                List<String> words,
                Class<?> type,
                Type genericType,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, Object> headers,
                OutputStream out)
                throws IOException {
            String text = String.join(" ", words) + " " + genericType.getTypeName() + " " + annotations.length;
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
