package dev.poolswitch.jaxrs;

import dev.poolswitch.http.Attempt;
import jakarta.ws.rs.ProcessingException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
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

    /** Whether nothing can have reached the upstream. */
    static boolean neverConnected(IOException failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            String type = t.getClass().getSimpleName();
            if (t instanceof ConnectException
                    || t instanceof NoRouteToHostException
                    || t instanceof UnknownHostException
                    || t instanceof SSLHandshakeException
                    // The clients' own: of connecting, and of waiting for a connection of their pool.
                    || type.endsWith("ConnectTimeoutException")
                    || type.equals("ConnectionPoolTimeoutException")
                    || type.equals("ConnectionRequestTimeoutException")) {
                return true;
            }
        }
        return false;
    }

    /**
     * The exception for the application: itself, unless the key stands in the query and a message quotes the address, as
     * those of CXF do.
     */
    static ProcessingException withoutKey(ProcessingException failure, Attempt attempt) {
        if (!attempt.placement().inQuery()) {
            return failure;
        }
        String plain = attempt.credential();
        String encoded = Targets.encoded(plain);
        boolean told = false;
        for (Throwable t = failure; t != null; t = t.getCause()) {
            told |= t.toString().contains(plain) || t.toString().contains(encoded);
        }
        return told ? (ProcessingException) cleaned(failure, plain, encoded) : failure;
    }

    private static Throwable cleaned(Throwable failure, String plain, String encoded) {
        String message =
                String.valueOf(failure.getMessage()).replace(plain, "***").replace(encoded, "***");
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
            clean.initCause(cleaned(failure.getCause(), plain, encoded));
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
