package dev.poolswitch.http;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.Lease;
import dev.poolswitch.Origin;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One send of a request with one key. It is ended exactly once, by {@link #answered}, {@link #failed} or
 * {@link #cancelled}; each tells what comes next. After an answer is delivered, the attempt is the tap of its body:
 * {@link #bytes}, then one of {@link #end}, {@link #broken} and {@link #closedEarly}. Reports after the first of these are
 * ignored. One thread at a time.
 */
public final class Attempt implements Step {

    /** What a hop may carry. */
    public enum Carries {
        /** The key. */
        KEY,
        /** What the client has answered a challenge with; it stays. */
        OWN_CREDENTIAL,
        /** No credential at all. */
        NOTHING
    }

    private static final int UNAUTHORIZED = 401;

    private final HttpCall call;
    private final Lease lease;
    private final Origin origin;
    private final KeyPlacement placement;
    private int sends;
    private boolean overridden;
    private boolean elsewhere;
    private boolean held;
    private volatile boolean challenged;
    private @Nullable BodyWatch watch;
    private long remainingBytes = -1;
    private Verdict verdict = Verdict.neutral();

    Attempt(HttpCall call, Lease lease) {
        this.call = call;
        this.lease = lease;
        this.origin = lease.key().baseUrl().map(Origin::of).orElse(call.origin());
        this.placement = lease.key().placement().orElse(call.pool().settings().placement());
    }

    /** The origin that the request goes to and the only one that may see the key. */
    public Origin origin() {
        return origin;
    }

    /** Whether a hop of the request may carry the key: only one to the attempt's own origin may. */
    public boolean mayCarryKey(String scheme, String host, int port) {
        return origin.is(scheme, host, port);
    }

    /** Where the key stands. */
    public KeyPlacement placement() {
        return placement;
    }

    /** The value for {@link #placement()}: the secret, with its scheme word if it has one. Never log it. */
    public String credential() {
        return placement().value(lease.key().secret());
    }

    /**
     * Whether a header of the application's request must go: it is where the key will stand, or it is where SDKs put the
     * placeholder of a credential, which would travel on to other origins or contradict the key.
     */
    public boolean replaces(String headerName) {
        return replacesAny(headerName::equalsIgnoreCase);
    }

    /** Whether a request has any header that {@link #replaces}, for clients that find a header by its name. */
    public boolean replacesAny(Predicate<String> has) {
        return CredentialHeaders.any(has) || (!placement.inQuery() && has.test(placement.name()));
    }

    /** Names each header that {@link #replaces}, for clients that remove a header by its name. */
    public void replaceAll(Consumer<String> remove) {
        CredentialHeaders.forEach(remove);
        if (!placement.inQuery()) {
            remove.accept(placement.name());
        }
    }

    /** As {@link #redirected(String, String)}, by what the call's own view of the request tells. */
    public @Nullable URI redirected() {
        // Most keys have none, and the path is often a copy of a piece of the address.
        return lease.key().baseUrl().isEmpty() ? null : call.resolved(this);
    }

    /**
     * Where to send the request instead of its own URL: the base URL of a key that has one, with the request's path and
     * query behind it. {@code null} when the request goes where it was meant to go.
     *
     * @param path the request's encoded path
     * @param query the request's encoded query, {@code null} for none
     */
    public @Nullable URI redirected(String path, @Nullable String query) {
        URI base = lease.key().baseUrl().orElse(null);
        return base == null ? null : BaseUrls.resolve(base, path, query);
    }

    /** A URL or request target with the key in its query, if that is where the key stands; else as it is. */
    public String withKey(String target) {
        return placement().inQuery() ? KeyInQuery.with(target, placement().name(), credential()) : target;
    }

    /**
     * A URL or request target without the key, if that stands in the query; else as it is. Also for the {@code Location}
     * of an answer: an upstream that redirects with the whole query would carry the key away itself.
     */
    public String withoutKey(String target) {
        return placement().inQuery() ? KeyInQuery.free(target, placement().name(), credential()) : target;
    }

    /** A text, such as an exception's message that quotes an address, without the key, if that stands in the query. */
    public String redacted(String text) {
        return placement().inQuery() ? KeyInQuery.replaced(text, credential(), "***") : text;
    }

    /**
     * A hop is about to be written to a connection. For the place nearest to the network, which calls it for each hop and
     * each hidden repetition, and {@link #hopAnswered} after it.
     *
     * @param authorization whether the hop has an {@code Authorization} header already
     */
    public Carries sending(String scheme, String host, int port, boolean authorization) {
        if (!mayCarryKey(scheme, host, port)) {
            leaving();
            return Carries.NOTHING;
        }
        sending();
        if (challenged && authorization) {
            overridden = true;
            return Carries.OWN_CREDENTIAL;
        }
        return Carries.KEY;
    }

    /** A hop was answered with a status. */
    public void hopAnswered(int status) {
        challenged = status == UNAUTHORIZED;
    }

    /** The request is written to a connection now, key included. Called for each hop and each hidden repetition. */
    public void sending() {
        elsewhere = false;
        if (sends++ > 0) {
            lease.sentAgain();
        }
    }

    /** A redirect leads to another origin now, without the key: whatever happens there blames no key. */
    public void leaving() {
        elsewhere = true;
    }

    /** As {@link #sending()}, for a place that sees no connections and learns of a send from its failure. */
    public void sendingFailed(Throwable failure) {
        if (!Failures.neverConnected(failure)) {
            sending();
        }
    }

    /** The answer's head has come. The answer must stay open until the next step is known. */
    public Step answered(ResponseView answer) {
        if (!answer.fromNetwork()) {
            lease.unused();
            return Deliver.DELIVER;
        }
        if (overridden || elsewhere || !answer.answeredBy(origin)) {
            verdict = Verdict.neutral();
            return delivered(answer);
        }
        Duration hold = call.hold(answer);
        held = !hold.isZero();
        verdict = call.classify(
                held
                        ? HeadCopy.of(answer)
                                .withBody(answer.prefix(ResponseView.LONGEST_PREFIX, Look.firstEvent(hold)))
                        : answer);
        VerdictKind kind = verdict.kind();
        call.nameModel(lease, verdict);
        if (!verdict.budgets().isEmpty()) {
            // Now and not when the body has been read: the next call should know.
            lease.budgets(verdict.budgets());
            verdict = verdict.withoutBudgets();
        }
        if (kind.refusesKey() || kind.transientFault()) {
            end(verdict);
            return call.afterFault(this, verdict);
        }
        return delivered(answer);
    }

    /** No answer came. The cause is thrown to the application unchanged if nothing more can be done. */
    public Step failed(Throwable cause) {
        if (elsewhere) {
            verdict = Verdict.neutral();
            end(verdict);
            return new Fail(cause);
        }
        verdict = call.verdictOf(cause);
        if (sends == 0 && verdict.kind() == VerdictKind.TIMEOUT) {
            lease.unused();
        } else {
            end(verdict);
        }
        return call.afterFailure(this, verdict, cause);
    }

    /** The application gave up; nothing is learned. */
    public void cancelled() {
        if (sends == 0) {
            lease.unused();
        } else {
            lease.close();
        }
    }

    /** The attempt was never begun. */
    void unsent() {
        lease.unused();
    }

    /** Whether the caller still reads the body, so that it must be tapped. */
    public boolean isOpen() {
        return !lease.isEnded();
    }

    /** Whether the tap should show the bytes with {@link #bytes}; if not, {@link #passed} is enough. */
    public boolean wantsBytes() {
        return watch != null;
    }

    /** Bytes of the delivered body passed by. They are looked at, not kept. */
    public void bytes(byte[] array, int offset, int length) {
        if (watch != null) {
            watch.accept(array, offset, length);
        }
        passed(length);
    }

    /** As {@link #bytes}, where nobody wants to see them. */
    public void passed(long length) {
        if (remainingBytes > 0) {
            remainingBytes -= length;
            if (remainingBytes <= 0) {
                end();
            }
        }
    }

    /** The body is complete. */
    public void end() {
        end(watch == null || !isOpen() ? verdict : watch.verdict(verdict));
    }

    /** The body broke off: the key's route failed, unless the caller had cancelled or the answer was not the key's. */
    public void broken(Throwable cause, boolean byCaller) {
        boolean notOurs = byCaller || verdict.kind() == VerdictKind.NEUTRAL;
        end(notOurs ? Verdict.neutral() : call.verdictOf(cause));
    }

    /** The caller has read enough; what came was good. */
    public void closedEarly() {
        Verdict seen = watch == null || !isOpen() ? verdict : watch.verdict(verdict);
        end(seen.kind() == VerdictKind.SUCCESS ? Verdict.neutral() : seen);
    }

    /** Whether the answer was held back for its first event, so that the application may have given up meanwhile. */
    boolean wasHeld() {
        return held;
    }

    /** Whether bytes with this key may have reached the upstream. */
    boolean wasSent() {
        return sends > 0;
    }

    Lease lease() {
        return lease;
    }

    private Step delivered(ResponseView answer) {
        if (!answer.hasBody() || answer.contentLength() == 0) {
            end(verdict);
        } else {
            remainingBytes = answer.contentLength();
            if (verdict.kind() == VerdictKind.SUCCESS) {
                watch = BodyWatch.of(call, answer);
            }
        }
        return Deliver.DELIVER;
    }

    private void end(Verdict with) {
        BodyWatch watched = watch;
        if (watched != null && isOpen()) {
            watch = null;
            long tokens = watched.tokens();
            if (tokens >= 0) {
                lease.tokensUsed(tokens);
            }
        }
        call.noteDurable(lease.end(with));
    }

    /** Shows the key's id only. */
    @Override
    public String toString() {
        return "Attempt[" + lease.key().id() + "]";
    }
}
