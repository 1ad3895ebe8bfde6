package dev.poolswitch.acceptance;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The invariants of {@link InvariantStressTest}, for longer. */
@Tag("soak")
class InvariantStressSoakTest extends InvariantStressTest {

    @Override
    protected Duration duration() {
        return Duration.ofSeconds(20);
    }
}
