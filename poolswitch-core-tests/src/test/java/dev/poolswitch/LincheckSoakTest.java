package dev.poolswitch;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.junit.jupiter.api.Tag;

/** The races of {@link LincheckTest}, with more scenarios and more interleavings of each: minutes a subject. */
@Tag("soak")
class LincheckSoakTest extends LincheckTest {

    @Override
    protected ModelCheckingOptions options() {
        return size(6, 200);
    }

    @Override
    protected ModelCheckingOptions optionsOfParts() {
        return size(50, 2_000);
    }
}
