package dev.poolswitch.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Reply;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.StreamingOutput;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.rest.client.RestClientBuilder;
import org.junit.jupiter.api.Test;

/** The plug-in's own clients: one for many calls, with the application's settings, closed with the filter. */
class TransportsTest extends JaxrsTraps {

    @Test
    void a_supplied_transport_is_asked_for_once_and_closed_with_the_filter() {
        AtomicInteger asked = new AtomicInteger();
        List<Client> supplied = new ArrayList<>();
        client.close();
        filter = PoolSwitchFilter.builder(pool)
                .transport(() -> {
                    asked.incrementAndGet();
                    supplied.add(Platform.client());
                    return supplied.get(0);
                })
                .build();
        client = Platform.client().register(filter);

        for (int i = 0; i < 20; i++) {
            assertThat(request("/x").get(String.class)).isEqualTo("ok");
        }
        filter.close();

        assertThat(asked).hasValue(1);
        assertThatThrownBy(() ->
                        supplied.get(0).target("http://localhost").request().get())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request("/x").get()).hasMessageContaining("closed");
        assertThat(client.target(foreign.uri("/x")).request().get(String.class)).isEqualTo("ok");
    }

    @Test
    void a_closed_filter_leaves_the_applications_client_alone() {
        request("/x").get().close();

        filter.close();

        assertThat(client.target(foreign.uri("/x")).request().get(String.class)).isEqualTo("ok");
    }

    @Test
    void the_read_timeout_of_the_application_holds_for_each_attempt() {
        use(pool().retryAttempts(1));
        client.close();
        client = Platform.builder()
                .readTimeout(200, TimeUnit.MILLISECONDS)
                .build()
                .register(filter);
        server.script(Reply.hang());

        long start = System.nanoTime();
        assertThatThrownBy(() -> request("/x").get()).isInstanceOf(ProcessingException.class);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void a_streaming_output_is_written_once() {
        server.onKey(A, limited());
        AtomicInteger written = new AtomicInteger();
        StreamingOutput output = to -> {
            written.incrementAndGet();
            to.write('x');
        };

        int status = request("/x").post(Entity.text(output)).getStatus();

        assertThat(status).isEqualTo(429);
        assertThat(written).hasValue(1);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void one_target_serves_many_threads() throws Exception {
        assumeTrue(Platform.CURRENT != Platform.CXF, "CXF's targets are not thread-safe, with or without the plug-in");
        WebTarget target = client.target(server.uri("/x"));
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            Callable<String> call = () -> target.request().get(String.class);
            for (Future<String> answer : threads.invokeAll(Collections.nCopies(200, call))) {
                assertThat(answer.get()).isEqualTo("ok");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_failure_does_not_quote_the_key_that_stands_in_the_query() {
        use(KeyPlacement.queryParameter("key"));
        server.close();

        assertThatThrownBy(() -> request("/x").get())
                .isInstanceOf(ProcessingException.class)
                .satisfies(e -> {
                    for (Throwable t = e; t != null; t = t.getCause()) {
                        assertThat(t.toString()).doesNotContain(A).doesNotContain(B);
                    }
                });
    }

    @Test
    void proxies_of_resteasy_rotate() throws Exception {
        assumeTrue(Platform.CURRENT == Platform.RESTEASY, "RESTEasy's proxies");
        server.onKey(A, limited());
        WebTarget target = client.target(server.uri());

        Greeter greeter =
                (Greeter) target.getClass().getMethod("proxy", Class.class).invoke(target, Greeter.class);

        assertThat(greeter.greet("x")).isEqualTo("ok");
        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    @Test
    void the_rest_client_of_micro_profile_rotates() {
        present("org.jboss.resteasy.microprofile.client.RestClientBuilderImpl");
        server.onKey(A, limited());
        URI baseUri = server.uri();
        // snippet: microprofile
        ChatApi api =
                RestClientBuilder.newBuilder().baseUri(baseUri).register(filter).build(ChatApi.class);
        // end

        assertThat(api.chat("{}")).isEqualTo("ok");
        assertThat(server.keysInOrder()).containsExactly(A, B);
        pool.reset("a");
        server.onKey(B, limited());
        assertThatThrownBy(() -> api.chat("{}")).isInstanceOf(WebApplicationException.class);
        assertThat(server.keysInOrder()).containsExactly(A, B, A, B);
    }

    @Test
    void proxies_of_cxf_rotate() throws Exception {
        Class<?> factory = present("org.apache.cxf.jaxrs.client.JAXRSClientFactory");
        server.onKey(A, limited());

        Greeter greeter = (Greeter) factory.getMethod("create", String.class, Class.class, List.class)
                .invoke(null, server.uri().toString(), Greeter.class, List.of(filter));

        assertThat(greeter.greet("x")).isEqualTo("ok");
        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    private static Class<?> present(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            assumeTrue(false, name + " is not there");
            throw new IllegalStateException(e);
        }
    }

    /** A resource of the upstream. */
    @Path("/")
    public interface Greeter {

        /** Greets. */
        @GET
        @Path("greet/{name}")
        String greet(@PathParam("name") String name);
    }

    /** The upstream of an application. */
    @Path("/v1/chat/completions")
    public interface ChatApi {

        /** Asks. */
        @POST
        String chat(String question);
    }
}
