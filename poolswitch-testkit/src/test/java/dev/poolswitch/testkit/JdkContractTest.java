package dev.poolswitch.testkit;

import dev.poolswitch.KeyPool;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract can be kept: the reference adapter passes, unless it is told to have a defect. */
class JdkContractTest extends HttpClientContract {

    /** Names the defect that the adapter is to have. */
    static final String DEFECT = "poolswitch.testkit.defect";

    private Defect defect = Defect.NONE;

    @RegisterExtension
    final BeforeEachCallback chooseDefect = context -> defect =
            context.getConfigurationParameter(DEFECT).map(Defect::valueOf).orElse(Defect.NONE);

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
        return new JdkClient(settings, defect, pools);
    }

    @Override
    protected Map<Capability, String> gaps() {
        return Map.ofEntries(
                Map.entry(Capability.EXPECT_CONTINUE, "the JDK's client sends the body after a final answer too"),
                Map.entry(Capability.GZIP, "the JDK's client leaves decoding to its users"),
                Map.entry(Capability.SERVER_SENT_EVENTS, "the JDK's client has no support for events"),
                Map.entry(Capability.WEB_SOCKET, "the JDK's web sockets do not pass through HttpClient.send"),
                Map.entry(Capability.CACHE, "the JDK's client has no cache"),
                Map.entry(Capability.HTTP_2, "the reference adapter speaks HTTP/1.1"),
                Map.entry(Capability.DUPLEX, "the JDK's client has no such bodies"));
    }
}
