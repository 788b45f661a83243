package dev.lateen.proxy.tls;

import dev.lateen.proxy.message.TlsFacts;
import dev.lateen.proxy.model.DownstreamTls;
import dev.lateen.proxy.model.TlsSettings.Validation;
import dev.lateen.proxy.model.UpstreamTls;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Adds TLS to a pipeline and tells once whether the peer is who it should be. Used on the channel's event loop. */
public final class TlsHandshake extends ChannelInboundHandlerAdapter {
    /** Hears how it went; exactly one of its methods is called, once, on the event loop, and no later than the channel's closing. */
    public interface Outcome {
        /** The peer is accepted; bytes it sent already arrive at handlers that are added now. */
        void secured(TlsFacts facts);

        /** @param reason as {@code %UPSTREAM_TRANSPORT_FAILURE_REASON%}; the channel is closing */
        void refused(String reason);
    }

    private final SslHandler ssl;
    private final @Nullable Validation validation;
    private final String expectedName;
    private final String localUriSan;
    private final Outcome outcome;
    private boolean told;

    private TlsHandshake(
            SslHandler ssl, @Nullable Validation validation, String expectedName, String localUriSan, Outcome outcome) {
        this.ssl = ssl;
        this.validation = validation;
        this.expectedName = expectedName;
        this.localUriSan = localUriSan;
        this.outcome = outcome;
    }

    /**
     * Takes part as server, at the end of {@code pipeline}.
     *
     * @param halfClose whether one direction may end before the other, as raw TCP's may
     * @param timeout zero waits as long as the client does
     * @throws TlsUnavailable when there is no certificate to show: nothing was added
     */
    public static void accept(
            ChannelPipeline pipeline,
            TlsContexts contexts,
            DownstreamTls tls,
            boolean halfClose,
            Duration timeout,
            Outcome outcome)
            throws TlsUnavailable {
        TlsContext context = contexts.server(tls, halfClose);
        try {
            SslHandler ssl = context.serverHandler(pipeline.channel().alloc());
            ssl.setHandshakeTimeoutMillis(timeout.toMillis());
            add(pipeline, ssl, new TlsHandshake(ssl, tls.settings().validation(), "", context.localUriSan(), outcome));
        } finally {
            context.release();
        }
    }

    /**
     * Takes part as client, at the end of {@code pipeline}. Has no time limit of its own: the connect timeout covers it.
     *
     * @param sni instead of the settings' own when not empty: a name, or an address without brackets, which is checked and not sent (RFC 6066 section 3)
     * @param alpn offered instead of the settings' own when not empty
     * @param halfClose whether one direction may end before the other, as raw TCP's may
     */
    public static void connect(
            ChannelPipeline pipeline,
            TlsContexts contexts,
            UpstreamTls tls,
            String sni,
            List<String> alpn,
            boolean halfClose,
            Outcome outcome)
            throws TlsUnavailable {
        String serverName = withoutLastDot(sni.isEmpty() ? tls.sni() : sni);
        String expected = expected(tls, serverName, halfClose);
        TlsContext context = contexts.client(tls, alpn, halfClose);
        try {
            SslHandler ssl = context.clientHandler(
                    pipeline.channel().alloc(), PeerCheck.isAddress(serverName) ? "" : serverName);
            ssl.setHandshakeTimeoutMillis(0);
            add(
                    pipeline,
                    ssl,
                    new TlsHandshake(ssl, tls.settings().validation(), expected, context.localUriSan(), outcome));
        } finally {
            context.release();
        }
    }

    /**
     * What the peer must be named. An identity that is to be checked and can't be is no identity: such a connection is never made. Raw TCP has no request
     * whose host could be asked for; there, as in Envoy, only the settings' own name counts.
     */
    private static String expected(UpstreamTls tls, String serverName, boolean rawTcp) throws TlsUnavailable {
        if (!tls.autoSanValidation()) {
            return "";
        }
        if (serverName.isEmpty() && !rawTcp) {
            throw new TlsUnavailable("server name: none (expected: a name to check the certificate by)");
        }
        return serverName;
    }

    /** RFC 6066 section 3; certificates don't have it either. */
    private static String withoutLastDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static void add(ChannelPipeline pipeline, SslHandler ssl, TlsHandshake handshake) {
        pipeline.addLast(ssl, handshake);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent completion)) {
            ctx.fireUserEventTriggered(event);
            return;
        }
        if (told) {
            return;
        }
        told = true;
        if (!completion.isSuccess()) {
            refuse(ctx, TlsFailure.reason(completion.cause()));
            return;
        }
        SSLSession session = ssl.engine().getSession();
        try {
            PeerCertificate peer = peer(session);
            String refusal = peer == null ? null : PeerCheck.refusal(peer, validation, expectedName);
            if (refusal != null) {
                refuse(ctx, TlsFailure.certificateRefused(refusal));
                return;
            }
            accept(ctx, facts(session, peer));
        } catch (CertificateParsingException e) {
            refuse(ctx, TlsFailure.certificateRefused("verify cert failed: " + e.getMessage()));
        }
    }

    private void accept(ChannelHandlerContext ctx, TlsFacts facts) {
        TlsSession.keep(ctx.channel(), facts);
        ctx.pipeline().remove(this);
        outcome.secured(facts);
    }

    private void refuse(ChannelHandlerContext ctx, String reason) {
        outcome.refused(reason);
        ctx.close();
    }

    private static @Nullable PeerCertificate peer(SSLSession session) throws CertificateParsingException {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? PeerCertificate.of(certificate)
                    : null;
        } catch (SSLPeerUnverifiedException _) {
            return null; // a client without a certificate; where one is required the handshake would have failed
        }
    }

    private TlsFacts facts(SSLSession session, @Nullable PeerCertificate peer) {
        String alpn = ssl.applicationProtocol();
        return new TlsFacts(
                session.getProtocol(),
                CipherNames.openSslName(session.getCipherSuite()),
                alpn == null || alpn.isEmpty() ? null : alpn,
                peer == null ? List.of() : peer.uriSans(),
                peer == null ? List.of() : peer.dnsSans(),
                peer == null ? "" : peer.subject(),
                peer == null ? "" : peer.sha256(),
                peer == null ? "" : peer.pem(),
                localUriSan);
    }

    /** What TLS makes of it has been told by the completion event; a reset of the connection has not. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!told) {
            told = true;
            outcome.refused(TlsFailure.reason(cause));
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!told) {
            told = true;
            outcome.refused("");
        }
        ctx.fireChannelInactive();
    }
}
