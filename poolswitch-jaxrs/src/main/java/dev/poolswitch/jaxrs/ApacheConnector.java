package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import java.io.Closeable;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Two habits of Apache HttpClient 5 under Jersey that a transport must not have. It waits as long as a 429 or a 503 says,
 * or a second, and sends again with the same key; that is left to the pool, while what broken connections make it repeat
 * stays as it is. And it reads an answer that is closed early to its end, however long that takes.
 */
final class ApacheConnector {

    private static final String RETRIES = "jersey.config.apache5.client.retryStrategy";
    private static final String RETRY_STRATEGY = "org.apache.hc.client5.http.HttpRequestRetryStrategy";
    private static final String USUAL_RETRIES = "org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy";
    private static final String RESPONSE = "org.apache.hc.core5.http.HttpResponse";

    private static final String CLOSING = "jersey.config.apache5.client.connectionClosingStrategy";
    private static final String CLOSING_STRATEGY =
            "org.glassfish.jersey.apache5.connector.Apache5ConnectionClosingStrategy";

    private ApacheConnector() {}

    /** Sets properties that Jersey's connector asks for and nobody else knows. */
    static void tame(Client transport) {
        try {
            ClassLoader loader = transport.getClass().getClassLoader();
            Class<?> retries = Class.forName(RETRY_STRATEGY, false, loader);
            Object chosen = transport.getConfiguration().getProperty(RETRIES);
            Object usual = Class.forName(USUAL_RETRIES, true, loader)
                    .getField("INSTANCE")
                    .get(null);
            transport.property(RETRIES, proxy(retries, failuresOnly(chosen == null ? usual : chosen)));
            transport.property(CLOSING, proxy(Class.forName(CLOSING_STRATEGY, false, loader), abort()));
        } catch (ReflectiveOperationException e) {
            // Another client, or a connector that changed: then it keeps its habits.
        }
    }

    /** Never repeats because of an answer. */
    private static InvocationHandler failuresOnly(Object inner) {
        return (proxy, method, arguments) -> {
            if (method.getName().equals("retryRequest")
                    && method.getParameterTypes()[0].getName().equals(RESPONSE)) {
                return false;
            }
            try {
                return method.invoke(inner, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        };
    }

    /** Aborts the request, which does nothing to one whose answer was read to its end, and only then closes the answer. */
    private static InvocationHandler abort() {
        return (proxy, method, arguments) -> {
            for (Object argument : arguments) {
                if (argument != null
                        && argument.getClass().getName().startsWith("org.apache.hc.client5.http.classic.")) {
                    argument.getClass().getMethod("abort").invoke(argument);
                }
            }
            for (Object argument : arguments) {
                if (argument instanceof Closeable answer && !(argument instanceof InputStream)) {
                    answer.close();
                }
            }
            return null;
        };
    }

    private static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
