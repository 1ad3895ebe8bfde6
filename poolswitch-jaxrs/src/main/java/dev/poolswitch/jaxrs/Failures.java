package dev.poolswitch.jaxrs;

import dev.poolswitch.http.Attempt;
import jakarta.ws.rs.ProcessingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** What the exceptions of transport clients mean. */
final class Failures {

    private Failures() {}

    /** The network's failure behind an exception; {@code null} when something else went wrong, which no key can mend. */
    static @Nullable IOException cause(ProcessingException failure) {
        for (Throwable t = failure.getCause(); t != null; t = t.getCause()) {
            if (t instanceof IOException io) {
                return isTimeout(io) ? timeout(io) : io;
            }
        }
        return null;
    }

    /**
     * The exception for the application: itself, unless the key stands in the query and a message quotes the address, as
     * those of CXF do.
     */
    static ProcessingException withoutKey(ProcessingException failure, Attempt attempt) {
        if (!attempt.placement().inQuery()) {
            return failure;
        }
        boolean told = false;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            told |= !attempt.redacted(t.toString()).equals(t.toString());
        }
        return told ? (ProcessingException) cleaned(failure, attempt) : failure;
    }

    private static Throwable cleaned(Throwable failure, Attempt attempt) {
        String message = attempt.redacted(String.valueOf(failure.getMessage()));
        Throwable clean;
        if (failure instanceof ProcessingException) {
            clean = new ProcessingException(message);
        } else if (failure instanceof ConnectException) {
            clean = new ConnectException(message);
        } else if (failure instanceof SocketTimeoutException) {
            clean = new SocketTimeoutException(message);
        } else {
            clean = new IOException(message);
        }
        if (failure.getCause() != null) {
            clean.initCause(cleaned(failure.getCause(), attempt));
        }
        clean.setStackTrace(failure.getStackTrace());
        return clean;
    }

    private static boolean isTimeout(IOException failure) {
        // java.net.http's are not the timeouts of java.net, and their module is not needed here.
        String type = failure.getClass().getName();
        return type.startsWith("java.net.http.") && type.endsWith("TimeoutException");
    }

    private static IOException timeout(IOException failure) {
        SocketTimeoutException timeout = new SocketTimeoutException(failure.getMessage());
        timeout.initCause(failure);
        return timeout;
    }
}
