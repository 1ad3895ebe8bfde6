package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.KeyPool;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The clients that there is an adapter for. */
enum ClientKind {
    OKHTTP("OkHttp") {
        @Override
        Caller caller(URI post, URI stream, @Nullable KeyPool pool) {
            return new OkHttpCaller(post, stream, pool);
        }
    },
    CLASSIC("HttpClient 5 classic") {
        @Override
        Caller caller(URI post, URI stream, @Nullable KeyPool pool) {
            return new ClassicCaller(post, stream, pool);
        }
    },
    ASYNC("HttpClient 5 async") {
        @Override
        Caller caller(URI post, URI stream, @Nullable KeyPool pool) {
            return new AsyncCaller(post, stream, pool);
        }
    },
    JERSEY("Jersey") {
        @Override
        Caller caller(URI post, URI stream, @Nullable KeyPool pool) {
            return new JerseyCaller(post, stream, pool);
        }
    };

    final String title;

    ClientKind(String title) {
        this.title = title;
    }

    abstract Caller caller(URI post, URI stream, @Nullable KeyPool pool);

    Caller caller(CannedServer server, @Nullable KeyPool pool) {
        return caller(server.uri("/v1/chat/completions"), server.uri("/big"), pool);
    }
}
