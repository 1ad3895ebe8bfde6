package dev.poolswitch.clients;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.okhttp.PoolSwitchInterceptor;
import dev.poolswitch.testkit.server.Dialect;
import okhttp3.OkHttpClient;

/** A library that stands on OkHttp. */
abstract class OnOkHttp extends ClientTest {

    @SuppressWarnings("NullAway.Init") // build() is called before each test
    OkHttpClient http;

    OnOkHttp(KeyPlacement placement, Dialect dialect) {
        super(placement, dialect);
    }

    @Override
    void build() {
        // snippet: okhttp
        OkHttpClient http =
                PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool).build();
        // end
        this.http = http;
        build(http);
    }

    abstract void build(OkHttpClient http);

    @Override
    int connectionsInUse() {
        return http.connectionPool().connectionCount() - http.connectionPool().idleConnectionCount();
    }

    @Override
    void closeClient() {
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }
}
