package dev.poolswitch.store;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes the random salt that a new store keeps for its fingerprints. */
public final class Salt {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Salt() {}

    /** 128 random bits in hexadecimal. */
    public static String random() {
        byte[] bits = new byte[16];
        RANDOM.nextBytes(bits);
        return HexFormat.of().formatHex(bits);
    }
}
