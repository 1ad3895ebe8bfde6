package dev.poolswitch;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tells one secret from another under the same id: the first 128 bits of HMAC-SHA-256 keyed with the store's salt. */
final class Fingerprint {

    private static final int BYTES = 16;
    private static final String ALGORITHM = "HmacSHA256";

    private final Mac mac;

    Fingerprint(String salt) {
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(salt.getBytes(StandardCharsets.UTF_8), ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }

    synchronized String of(ApiKey key) {
        mac.update(key.id().getBytes(StandardCharsets.UTF_8));
        mac.update((byte) 0);
        byte[] whole = mac.doFinal(key.secret().getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(Arrays.copyOf(whole, BYTES));
    }
}
