package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.Capability;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.HttpClientContract;
import java.util.Map;

/** The asynchronous plug-in keeps the contract. */
class AsyncContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
        return new AsyncClient(settings, pools);
    }

    @Override
    protected Map<Capability, String> gaps() {
        return Map.of(
                Capability.CALL_TIMEOUT, "the client has no timeout for a whole call",
                Capability.SERVER_SENT_EVENTS, "the client has no support for events",
                Capability.WEB_SOCKET, "the client has no web sockets",
                Capability.CACHE, "the cache is a module of its own",
                Capability.HTTP_2, "has its own test",
                Capability.DUPLEX, "has its own test");
    }
}
