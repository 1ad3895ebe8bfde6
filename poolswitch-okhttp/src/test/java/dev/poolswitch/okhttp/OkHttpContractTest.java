package dev.poolswitch.okhttp;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.Capability;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.HttpClientContract;
import dev.poolswitch.testkit.SupportMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import okhttp3.Cache;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;

/** The contract of all adapters, on whichever OkHttp is on the class path. */
class OkHttpContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) throws IOException {
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .followRedirects(settings.followRedirects())
                .readTimeout(settings.readTimeout());
        if (settings.cache()) {
            builder.cache(new Cache(Files.createTempDirectory("okhttp-contract").toFile(), 1 << 20));
        }
        if (settings.http2()) {
            builder.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        if (pools.length > 0) {
            PoolSwitchInterceptor.install(builder, pools);
        }
        return new OkHttpUnderTest(builder.build());
    }

    @Override
    protected Map<Capability, String> gaps() {
        return Map.of(
                Capability.SERVER_SENT_EVENTS, "okhttp-sse is an artifact of its own",
                Capability.ASYNC_WAITS_ASIDE,
                        "a waiting call holds one of the dispatcher's threads, of which OkHttp has five per host");
    }

    @Test
    void the_table_of_clients_says_what_is_declared() throws IOException {
        SupportMatrix.in(Path.of("../README.md")).assertColumn("OkHttp", gaps());
    }
}
