package dev.poolswitch.testkit;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Everything that the process prints or logs while it is open: standard output, standard error, {@code
 * java.util.logging} (where {@link System.Logger} goes when nobody says otherwise), PoolSwitch down to the finest level.
 * The console's log handlers are silenced meanwhile. One at a time.
 */
final class CapturedOutput implements AutoCloseable {

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final Logger root = Logger.getLogger("");
    private final Logger own = Logger.getLogger("dev.poolswitch");
    private final Level ownLevel = own.getLevel();
    private final Handler[] before = root.getHandlers();
    private final Handler recorder = new Recorder();

    CapturedOutput() {
        Arrays.stream(before).forEach(root::removeHandler);
        root.addHandler(recorder);
        own.setLevel(Level.ALL);
        System.setOut(new PrintStream(new Tee(out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Tee(err), true, StandardCharsets.UTF_8));
    }

    /** What was printed and logged so far. */
    String text() {
        return text.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setOut(out);
        System.setErr(err);
        own.setLevel(ownLevel);
        root.removeHandler(recorder);
        Arrays.stream(before).forEach(root::addHandler);
    }

    private final class Tee extends OutputStream {

        private final PrintStream console;

        Tee(PrintStream console) {
            this.console = console;
        }

        @Override
        public void write(int b) {
            text.write(b);
            console.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            text.write(bytes, offset, length);
            console.write(bytes, offset, length);
        }
    }

    private final class Recorder extends Handler {

        private final Formatter lines = new SimpleFormatter();

        @Override
        public void publish(LogRecord event) {
            text.writeBytes(lines.format(event).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
