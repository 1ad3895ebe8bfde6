package dev.poolswitch.testkit;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/** A native client, with or without the plug-in, behind the words of the contract. Thread-safe if the client is. */
public interface ClientUnderTest extends AutoCloseable {

    /** A call that has not been made. */
    TestCall call(TestRequest request);

    /** How many connections are neither closed nor back in the client's pool, or -1 if the client does not tell. */
    int connectionsInUse();

    /**
     * The data of the first events of a stream, through the client's own support for them.
     *
     * @param count how many to wait for before the stream is closed
     */
    default List<String> serverSentEvents(URI url, int count) throws IOException {
        throw new UnsupportedOperationException("implement it, or declare the gap SERVER_SENT_EVENTS");
    }

    /** What an echoing web socket sends back for a text. */
    default String webSocketEcho(URI url, String text) throws IOException {
        throw new UnsupportedOperationException("implement it, or declare the gap WEB_SOCKET");
    }

    /**
     * Posts a text whose body is produced while the answer is received: a piece when the answer's head has come, each
     * further one when as much has come back as was sent. An answer that is no success ends the body at once.
     *
     * @return the status and what has come, as in {@code "200 onetwo"}
     */
    default String duplex(URI url, List<String> pieces) throws IOException {
        throw new UnsupportedOperationException("implement it, or declare the gap DUPLEX");
    }

    /** Closes the client and its connections. */
    @Override
    void close();
}
