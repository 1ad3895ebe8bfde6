package dev.poolswitch.verdict;

import java.util.Arrays;

/** Copies what it is shown, for adapters that can show bytes in place only. Not thread-safe. */
public final class BytesCopy implements Answer.BytesTest {

    private byte[] bytes = {};

    /** A copy of nothing yet. */
    public BytesCopy() {}

    @Override
    public boolean passes(byte[] array, int offset, int length) {
        bytes = Arrays.copyOfRange(array, offset, offset + length);
        return true;
    }

    /** The bytes that were shown last; nobody changes them. */
    public byte[] bytes() {
        return bytes;
    }
}
