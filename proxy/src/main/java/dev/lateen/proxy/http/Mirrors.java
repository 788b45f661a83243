package dev.lateen.proxy.http;

import dev.lateen.proxy.http.call.HttpCall;
import dev.lateen.proxy.http.codec.CodecLimits;
import dev.lateen.proxy.http.pool.HeldBodies;
import dev.lateen.proxy.inforce.InForce;
import dev.lateen.proxy.message.Authority;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.RouteAction.Forward;
import dev.lateen.proxy.model.RouteAction.Mirror;
import dev.lateen.proxy.upstream.UpstreamCluster;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies of one request for the clusters that its route mirrors to. They are sent once the request is whole, so a body is held meanwhile; one
 * above the limit is not mirrored. Each is a call of the proxy's own: nothing of its fate touches the exchange.
 */
final class Mirrors {
    /** How long a mirror may take: its host must not hold a connection for ever. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final HttpExchange exchange;
    private final List<Chosen> chosen;
    private final RequestHead head;
    private @Nullable ByteBuf body;
    private boolean over;

    private record Chosen(Mirror mirror, UpstreamCluster cluster) {}

    private Mirrors(HttpExchange exchange, List<Chosen> chosen) {
        this.exchange = exchange;
        this.chosen = chosen;
        this.head = exchange.facts().request().copy();
        ownRequest(head.headers(), exchange.worker().address());
    }

    /** Envoy's mirrors are requests of its own: internal ones, that it hands on once more, in their first attempt. */
    private static void ownRequest(HeaderMap headers, String address) {
        CharSequence before = headers.getJoined("x-forwarded-for");
        headers.set("x-forwarded-for", before == null || before.isEmpty() ? address : before + "," + address);
        headers.set("x-envoy-internal", "true");
        headers.set("x-envoy-attempt-count", "1");
    }

    /** Null when this request is not mirrored. Takes the body that is there already into account. */
    static @Nullable Mirrors of(HttpExchange exchange, Forward action, InForce inForce) {
        if (action.mirrors().isEmpty()) {
            return null;
        }
        List<Chosen> chosen = new ArrayList<>(action.mirrors().size());
        for (Mirror mirror : action.mirrors()) {
            UpstreamCluster cluster =
                    exchange.worker().chance(mirror.fraction()) ? inForce.cluster(mirror.cluster()) : null;
            if (cluster != null) {
                chosen.add(new Chosen(mirror, cluster));
            }
        }
        if (chosen.isEmpty()) {
            return null;
        }
        Mirrors mirrors = new Mirrors(exchange, chosen);
        exchange.body().forEach(mirrors::hold);
        if (exchange.requestComplete()) {
            mirrors.send();
        }
        return mirrors;
    }

    /** @param data stays the caller's */
    void onData(ByteBuf data, boolean end) {
        hold(data);
        if (end) {
            send();
        }
    }

    private void hold(ByteBuf data) {
        if (over || !data.isReadable()) {
            return;
        }
        if (body == null) {
            // From the pool that is watched for running short.
            body = data.alloc().buffer(data.readableBytes());
        }
        HeldBodies all = exchange.worker().heldBodies();
        boolean tooLong = body.readableBytes() + data.readableBytes() > CodecLimits.HELD_BODY;
        if (tooLong || all.full() || exchange.memoryShort()) {
            end();
            return;
        }
        body.writeBytes(data, data.readerIndex(), data.readableBytes());
        all.add(data.readableBytes());
    }

    private void send() {
        if (over) {
            return;
        }
        for (Chosen each : chosen) {
            HttpCall copy = new HttpCall(headFor(each.mirror), body == null ? null : body.retainedDuplicate());
            exchange.worker().calls().forget(each.cluster, copy, LIMIT);
        }
        end();
    }

    /** Envoy puts {@code -shadow} behind the host, before the port. */
    private RequestHead headFor(Mirror mirror) {
        RequestHead copy = head.copy();
        if (!mirror.disableShadowHostSuffix()) {
            Authority authority = copy.parsedAuthority();
            copy.authority(authority.host() + "-shadow" + authority.portPart());
        }
        return copy;
    }

    /** The exchange is over; a copy whose request was not whole is not sent. */
    void end() {
        over = true;
        if (body != null) {
            exchange.worker().heldBodies().remove(body.readableBytes());
            body.release();
            body = null;
        }
    }
}
