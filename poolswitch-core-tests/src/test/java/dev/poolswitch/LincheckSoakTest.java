package dev.poolswitch;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.junit.jupiter.api.Tag;

/** The races of {@link LincheckTest}, with ten times as many scenarios and more interleavings of each. */
@Tag("soak")
class LincheckSoakTest extends LincheckTest {

    @Override
    protected ModelCheckingOptions options() {
        return size(50, 2_000);
    }

    @Override
    protected ModelCheckingOptions optionsOfParts() {
        return options();
    }
}
