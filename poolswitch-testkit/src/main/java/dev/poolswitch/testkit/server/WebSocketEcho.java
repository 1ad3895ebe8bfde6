package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The server's side of a web socket (RFC 6455) that sends every message back. */
final class WebSocketEcho {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_FRAME = 1 << 20;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final WireInput in;
    private final WireOutput out;

    WebSocketEcho(WireInput in, WireOutput out) {
        this.in = in;
        this.out = out;
    }

    /** Shakes hands, then echoes until the client closes. */
    void run(RequestHead request, Draft draft) throws IOException {
        String key = request.header("Sec-WebSocket-Key");
        if (key == null) {
            throw new ProtocolException("not a web socket handshake");
        }
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        for (Header header : draft.headers) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        head.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
        out.text(head.append(accept(key)).append("\r\n\r\n").toString());
        out.flush();
        boolean open = true;
        while (open) {
            open = echoFrame();
        }
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private boolean echoFrame() throws IOException {
        byte[] start = in.exactly(2);
        int opcode = start[0] & 0x0f;
        int length = length(start[1] & 0x7f);
        if ((start[1] & 0x80) == 0) {
            throw new ProtocolException("a client's frame must be masked");
        }
        byte[] mask = in.exactly(4);
        byte[] payload = in.exactly(length);
        for (int i = 0; i < length; i++) {
            payload[i] ^= mask[i & 3];
        }
        if (opcode != PONG) {
            send((start[0] & 0xf0) | (opcode == PING ? PONG : opcode), payload);
        }
        return opcode != CLOSE;
    }

    private int length(int code) throws IOException {
        if (code < 126) {
            return code;
        }
        long length = 0;
        for (byte b : in.exactly(code == 126 ? 2 : 8)) {
            length = length << 8 | (b & 0xff);
        }
        if (length < 0 || length > MAX_FRAME) {
            throw new ProtocolException("frame longer than " + MAX_FRAME + " bytes");
        }
        return (int) length;
    }

    private void send(int firstByte, byte[] payload) throws IOException {
        int length = payload.length;
        byte[] head = length < 126
                ? new byte[] {(byte) firstByte, (byte) length}
                : length < 1 << 16
                        ? new byte[] {(byte) firstByte, 126, (byte) (length >> 8), (byte) length}
                        : new byte[] {
                            (byte) firstByte,
                            127,
                            0,
                            0,
                            0,
                            0,
                            (byte) (length >> 24),
                            (byte) (length >> 16),
                            (byte) (length >> 8),
                            (byte) length
                        };
        out.write(head, 0, head.length);
        out.write(payload, 0, length);
        out.flush();
    }
}
