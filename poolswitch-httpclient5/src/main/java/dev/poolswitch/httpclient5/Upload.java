package dev.poolswitch.httpclient5;

import java.io.IOException;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducerWrapper;

/**
 * The application's body on its way in one attempt. Once the attempt is over, a connection that still asks for more gets
 * nothing, for the same producer writes for the next attempt then.
 */
final class Upload extends AsyncEntityProducerWrapper {

    private final AsyncEntityProducer producer;
    private boolean begun;
    private boolean over;

    Upload(AsyncEntityProducer producer) {
        super(producer);
        this.producer = producer;
    }

    /** Ends the attempt's share in the producer and tells whether it has written anything. */
    synchronized boolean retire() {
        over = true;
        return begun;
    }

    synchronized boolean begun() {
        return begun;
    }

    @Override
    public synchronized int available() {
        return over ? 0 : producer.available();
    }

    @Override
    public synchronized void produce(DataStreamChannel channel) throws IOException {
        if (!over) {
            begun = true;
            producer.produce(channel);
        }
    }

    @Override
    public synchronized void failed(Exception cause) {
        if (!over) {
            producer.failed(cause);
        }
    }

    @Override
    public synchronized void releaseResources() {
        if (!over) {
            producer.releaseResources();
        }
    }
}
