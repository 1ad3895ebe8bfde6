package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * An HTTP/1.1 server on the loopback interface whose answers are scripted and whose requests are recorded.
 *
 * <p>What answers a request: the first handler left in the queue, else the first rule that matches, else the script,
 * else status 200 with the text {@code ok}. All methods may be called by any thread at any time; changes concern the
 * requests whose heads arrive later. Connections are served by daemon threads, at most 2,048 at a
 * time; more wait to be accepted.
 *
 * <pre>{@code
 * try (ScriptedServer server = ScriptedServer.start()) {
 *     server.onKey("A", Reply.status(429).retryAfter(Duration.ofSeconds(2)));
 *     server.onKey("B", Reply.ok("hello"));
 *     // call server.uri("/v1/models") through the client under test
 *     assertThat(server.keysInOrder()).containsExactly("A", "B");
 * }
 * }</pre>
 */
public final class ScriptedServer implements AutoCloseable {
    /** What {@link #keysInOrder} shows for a request without a key. */
    public static final String NO_KEY = "-";

    private static final int MAX_CONNECTIONS = 2048;
    private static final int MAX_REQUESTS = 50_000;
    private static final int MAX_BODY = 64 * 1024;
    private static final int BACKLOG = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ServerSocket listener;
    private final ServerContext context =
            new ServerContext(new Rules(), new Recorder(MAX_REQUESTS), new KeyFinder(), MAX_BODY);
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(MAX_CONNECTIONS);
    private final AtomicInteger resetsAtAccept = new AtomicInteger();

    /**
     * Starts a server on a free port.
     *
     * @throws UncheckedIOException if the port cannot be bound
     */
    public static ScriptedServer start() {
        return start(0);
    }

    /**
     * Starts a server.
     *
     * @param port the port, 0 for a free one
     * @throws UncheckedIOException if the port cannot be bound
     */
    public static ScriptedServer start(int port) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), BACKLOG);
            ScriptedServer server = new ScriptedServer(listener);
            daemon("scripted-server-" + listener.getLocalPort(), server::acceptAll);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    private final CountDownLatch stopped = new CountDownLatch(1);

    private ScriptedServer(ServerSocket listener) {
        this.listener = listener;
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static final long STOP_MILLIS = 5_000;

    private void acceptAll() {
        while (!listener.isClosed()) {
            room.acquireUninterruptibly();
            try {
                accepted(listener.accept());
            } catch (IOException e) {
                // Closed, the client was gone before it was accepted, or there are no more file descriptors.
                room.release();
                LockSupport.parkNanos(1_000_000);
            }
        }
        stopped.countDown();
    }

    private void accepted(Socket socket) throws IOException {
        int id = context.recorder().connectionAccepted();
        sockets.add(socket);
        try {
            if (resetsAtAccept.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                socket.setSoLinger(true, 0);
                throw new IOException("reset as demanded");
            }
            socket.setTcpNoDelay(true);
            Connection connection = new Connection(socket, id, context);
            daemon("scripted-server-" + port() + "-" + id, () -> serve(connection, socket));
            // Closed meanwhile: close() may have missed this socket.
            if (listener.isClosed()) {
                closeQuietly(socket);
            }
        } catch (IOException e) {
            forget(socket);
            throw e;
        }
    }

    private void serve(Connection connection, Socket socket) {
        try {
            connection.run();
        } finally {
            forget(socket);
            room.release();
        }
    }

    private void forget(Socket socket) {
        closeQuietly(socket);
        sockets.remove(socket);
        context.recorder().connectionClosed();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // Closed all the same.
        }
    }

    /** The address of the server: {@code http://127.0.0.1:port}. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** The address of a target, which begins with a slash. */
    public URI uri(String target) {
        return URI.create("http://127.0.0.1:" + port() + target);
    }

    /** The port. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Sets what answers all requests that neither the queue nor a rule answers. */
    public ScriptedServer script(Handler handler) {
        context.rules().script(handler);
        return this;
    }

    /** Adds answers to the queue; each serves one request, whatever it is. */
    public ScriptedServer enqueue(Handler... handlers) {
        context.rules().enqueue(List.of(handlers));
        return this;
    }

    /** Answers the requests with this first key: the handlers one after the other, then the last one for ever. */
    public ScriptedServer onKey(String key, Handler first, Handler... next) {
        return rule(List.of("key", key), request -> key.equals(request.key()), first, next);
    }

    /** Answers the requests for this path (without query): the handlers in turn, then the last one for ever. */
    public ScriptedServer onPath(String path, Handler first, Handler... next) {
        return rule(List.of("path", path), request -> path.equals(request.path()), first, next);
    }

    /**
     * Answers the requests that meet a condition: the handlers one after the other, then the last one for ever. Rules
     * are tried in the order of their making; a rule for the same key or path takes the place of the older one.
     *
     * @param condition is asked with a request without its body
     */
    public ScriptedServer when(Predicate<RecordedRequest> condition, Handler first, Handler... next) {
        return rule(new Object(), condition, first, next);
    }

    private ScriptedServer rule(Object name, Predicate<RecordedRequest> condition, Handler first, Handler... next) {
        List<Handler> handlers = new ArrayList<>(List.of(next));
        handlers.add(0, first);
        context.rules().put(name, condition, List.copyOf(handlers));
        return this;
    }

    /** Resets the next connections as soon as they are accepted; nothing of them is read or recorded. */
    public ScriptedServer resetNextConnections(int count) {
        resetsAtAccept.set(count);
        return this;
    }

    /** Takes the values of this header for keys too, beside those of the usual ones. */
    public ScriptedServer keyHeader(String name) {
        context.keys().addHeader(name);
        return this;
    }

    /** Takes the values of this query parameter for keys too, beside those of the usual ones. */
    public ScriptedServer keyParameter(String name) {
        context.keys().addParameter(name);
        return this;
    }

    /**
     * The requests so far, each recorded when it was complete, broken off or answered early. Of very many only the
     * latest 50,000 are kept, and 64 KiB of each body.
     */
    public List<RecordedRequest> requests() {
        return context.recorder().requests();
    }

    /** The number of requests so far. */
    public long requestCount() {
        return context.recorder().count();
    }

    /** The first key of each recorded request, {@value #NO_KEY} for none. */
    public List<String> keysInOrder() {
        return requests().stream()
                .map(request ->
                        request.keys().isEmpty() ? NO_KEY : request.keys().get(0))
                .toList();
    }

    /** The number of connections that neither side has closed. */
    public int connectionsOpen() {
        return context.recorder().open();
    }

    /** The number of connections so far. */
    public int connectionsAccepted() {
        return context.recorder().accepted();
    }

    /**
     * Waits until at least {@code count} requests are recorded and returns them.
     *
     * @throws AssertionError if that takes longer than ten seconds
     * @throws InterruptedException if the thread is interrupted
     */
    public List<RecordedRequest> awaitRequests(int count) throws InterruptedException {
        return awaitRequests(count, PATIENCE);
    }

    /**
     * Waits until at least {@code count} requests are recorded and returns them.
     *
     * @throws AssertionError if that takes longer than {@code patience}
     * @throws InterruptedException if the thread is interrupted
     */
    public List<RecordedRequest> awaitRequests(int count, Duration patience) throws InterruptedException {
        await(() -> requestCount() >= count, count + " requests", patience);
        return requests();
    }

    /**
     * Waits until exactly {@code count} connections are open.
     *
     * @throws AssertionError if that takes longer than ten seconds
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitConnectionsOpen(int count) throws InterruptedException {
        await(() -> connectionsOpen() == count, count + " open connections", PATIENCE);
    }

    private void await(BooleanSupplier condition, String what, Duration patience) throws InterruptedException {
        if (!context.recorder().await(condition, patience)) {
            throw new AssertionError("waited " + patience + " for " + what + ", but there were " + requestCount()
                    + " requests and " + connectionsOpen() + " open connections");
        }
    }

    /** Closes all open connections in order (FIN), also in the middle of an answer, and goes on listening. */
    public void closeConnections() {
        sockets.forEach(ScriptedServer::closeQuietly);
    }

    /** Forgets all rules, queued answers, records and counts; open connections stay open. */
    public void reset() {
        context.rules().reset();
        context.recorder().reset();
        resetsAtAccept.set(0);
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the listener", e);
        } finally {
            closeConnections();
        }
        awaitStop();
    }

    /** As long as the accepting thread is in the system call, the port still takes connections. */
    private void awaitStop() {
        try {
            if (!stopped.await(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the listener did not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
