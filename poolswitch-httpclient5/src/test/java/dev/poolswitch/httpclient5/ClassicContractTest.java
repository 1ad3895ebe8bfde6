package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.Capability;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.HttpClientContract;
import dev.poolswitch.testkit.SupportMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The classic plug-in keeps the contract. */
class ClassicContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
        return new ClassicClient(settings, pools);
    }

    @Override
    protected Map<Capability, String> gaps() {
        return Map.of(
                Capability.ASYNC, "the classic client answers on the thread that asked",
                Capability.CALL_TIMEOUT, "the classic client has no timeout for a whole call",
                Capability.EARLY_ANSWER, "the classic client reads no answer before the request's body is sent",
                Capability.SERVER_SENT_EVENTS, "the client has no support for events",
                Capability.WEB_SOCKET, "the client has no web sockets",
                Capability.CACHE, "the cache is a module of its own",
                Capability.HTTP_2, "the classic client speaks HTTP/1.1",
                Capability.DUPLEX, "the classic client has no such bodies");
    }

    @Test
    void the_table_of_clients_says_what_is_declared() throws IOException {
        SupportMatrix.in(Path.of("../README.md")).assertColumn("HttpClient 5", gaps());
    }
}
