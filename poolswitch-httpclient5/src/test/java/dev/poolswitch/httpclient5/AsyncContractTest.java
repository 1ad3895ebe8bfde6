package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.Capability;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.HttpClientContract;
import dev.poolswitch.testkit.SupportMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The asynchronous plug-in keeps the contract. */
class AsyncContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
        return new AsyncClient(settings, pools);
    }

    @Override
    protected Map<Capability, String> gaps() {
        Map<Capability, String> gaps = new EnumMap<>(Map.of(
                Capability.PULLED_BODY,
                        "the client pushes: a short body has passed, and its lease ended, before anybody has read it",
                Capability.CALL_TIMEOUT, "the client has no timeout for a whole call",
                Capability.SERVER_SENT_EVENTS, "the client has no support for events",
                Capability.WEB_SOCKET, "the client has no web sockets",
                Capability.CACHE, "the cache is a module of its own"));
        if (!decodes()) {
            gaps.put(Capability.GZIP, "the asynchronous client decodes since 5.6 only");
        }
        return gaps;
    }

    private static boolean decodes() {
        try {
            Class.forName("org.apache.hc.client5.http.impl.async.ContentCompressionAsyncExec");
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Test
    void the_table_of_clients_says_what_is_declared() throws IOException {
        SupportMatrix.in(Path.of("../README.md")).assertColumn("HttpClient 5 async", gaps());
    }
}
