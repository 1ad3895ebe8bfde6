package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What each adapter of an HTTP client must pass. A subclass says how to build the client, with and without the plug-in,
 * and how to send with it:
 *
 * <pre>{@code
 * class OkHttpContractTest extends HttpClientContract {
 *     @Override
 *     protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
 *         OkHttpClient.Builder builder = new OkHttpClient.Builder().followRedirects(settings.followRedirects());
 *         if (pools.length > 0) {
 *             PoolSwitchInterceptor.install(builder, pools);
 *         }
 *         return new OkHttpUnderTest(builder.build());
 *     }
 *
 *     @Override
 *     protected Map<Capability, String> gaps() {
 *         return Map.of(Capability.SERVER_SENT_EVENTS, "okhttp-sse is an artifact of its own");
 *     }
 * }
 * }</pre>
 *
 * <p>The tests run over sockets against a scripted upstream and a foreign server. After each of them no lease may be
 * open, no connection in use, and no key in anything that was printed, logged, thrown or shown ({@link LeakCheck}).
 * Standard output and the root logger are captured meanwhile, so these tests must not run in parallel within a process.
 */
public abstract class HttpClientContract extends LoadContract {

    /** For subclasses. */
    protected HttpClientContract() {}

    @Test
    void each_declared_gap_has_a_reason() {
        assertThat(gaps().values()).allSatisfy(reason -> assertThat(reason).isNotBlank());
    }

    @Test
    void a_gap_that_has_its_own_test_names_one_that_exists() {
        Pattern named = Pattern.compile("own test, (\\w+)");
        for (String reason : gaps().values()) {
            Matcher test = named.matcher(reason);
            if (reason.contains("own test")) {
                assertThat(test.find()).as(reason).isTrue();
                String name = getClass().getPackageName() + "." + test.group(1);
                assertThatCode(() -> Class.forName(name)).as(reason).doesNotThrowAnyException();
            }
        }
    }
}
