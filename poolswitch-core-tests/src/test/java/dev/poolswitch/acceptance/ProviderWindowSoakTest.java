package dev.poolswitch.acceptance;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The windows of {@link ProviderWindowTest}, for longer. */
@Tag("soak")
class ProviderWindowSoakTest extends ProviderWindowTest {

    @Override
    protected Duration duration() {
        return Duration.ofMinutes(1);
    }
}
