package dev.poolswitch.okhttp;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Finds the client behind a call, which tells where interceptors stand and whether redirects are followed. */
final class Clients {

    private static final @Nullable MethodHandle CLIENT_OF_CALL = clientOfCall();

    private Clients() {}

    /** The client; {@code null} when this OkHttp does not tell. */
    static @Nullable OkHttpClient clientOf(Call call) {
        try {
            return CLIENT_OF_CALL == null ? null : (OkHttpClient) CLIENT_OF_CALL.invoke(call);
        } catch (Throwable e) { // a call of somebody else's making
            return null;
        }
    }

    /** OkHttp keeps the class in an internal package; without it the plug-in learns its places from the first call. */
    private static @Nullable MethodHandle clientOfCall() {
        try {
            Class<?> realCall =
                    Class.forName("okhttp3.internal.connection.RealCall", false, Call.class.getClassLoader());
            return MethodHandles.publicLookup()
                    .findVirtual(realCall, "getClient", MethodType.methodType(OkHttpClient.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
