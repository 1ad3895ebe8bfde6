package dev.poolswitch.http;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What exceptions of clients tell about a send. */
final class Failures {

    private Failures() {}

    /** Whether nothing can have reached the upstream: there was no connection. */
    static boolean neverConnected(Throwable failure) {
        for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
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
}
