package dev.poolswitch.httpclient5;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.hc.client5.http.cookie.CookieOrigin;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.jspecify.annotations.Nullable;

/** Corrects for which URL a context was matched with cookies: an attribute until HttpClient 5.3, a field since 5.4. */
final class CookieOrigins {

    private static final @Nullable MethodHandle SETTER = setter();

    private CookieOrigins() {}

    static void set(HttpClientContext context, CookieOrigin origin) {
        try {
            if (SETTER == null) {
                context.setAttribute("http.cookie-origin", origin);
            } else {
                SETTER.invoke(context, origin);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("HttpClientContext.setCookieOrigin failed", e);
        }
    }

    private static @Nullable MethodHandle setter() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(
                            HttpClientContext.class,
                            "setCookieOrigin",
                            MethodType.methodType(void.class, CookieOrigin.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
