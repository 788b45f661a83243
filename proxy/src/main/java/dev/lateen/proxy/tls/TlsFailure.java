package dev.lateen.proxy.tls;

import io.netty.channel.unix.Errors;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Says why a handshake failed as Envoy (with BoringSSL) says it: {@code TLS_error:|CODE:SSL routines:OPENSSL_internal:REASON:TLS_error_end}. */
final class TlsFailure {
    private static final long CERTIFICATE_VERIFY_FAILED = 0x1000007dL;
    private static final String RESET = "Connection reset by peer";
    private static final long WRONG_VERSION_NUMBER = 0x100000f7L;

    private TlsFailure() {}

    /** Empty when the peer only closed the connection. */
    static String reason(@Nullable Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof OpenSslCertificateException) {
                return certificateRefused(String.valueOf(t.getMessage()));
            }
            if (t instanceof CertificateException) {
                return error(CERTIFICATE_VERIFY_FAILED, "CERTIFICATE_VERIFY_FAILED", "");
            }
            if (t instanceof NotSslRecordException) {
                return error(WRONG_VERSION_NUMBER, "WRONG_VERSION_NUMBER", "");
            }
            if (t instanceof Errors.NativeIoException
                            && String.valueOf(t.getMessage()).endsWith(RESET)
                    || t instanceof SocketException
                            && String.valueOf(t.getMessage()).endsWith("reset")) {
                return "TLS_error:|33554536:system library:OPENSSL_internal:" + RESET + ":TLS_error_end";
            }
            if (t instanceof SslHandshakeTimeoutException || t instanceof ClosedChannelException) {
                return "";
            }
        }
        return cause == null ? "" : words(String.valueOf(cause.getMessage()));
    }

    static String certificateRefused(String detail) {
        return error(CERTIFICATE_VERIFY_FAILED, "CERTIFICATE_VERIFY_FAILED", ":" + detail);
    }

    /** BoringSSL's own text is {@code error:10000416:SSL routines:OPENSSL_internal:REASON}, where Envoy prints the code in decimal. */
    private static String words(String message) {
        int start = message.indexOf("error:");
        int codeEnd = message.indexOf(':', start + 6);
        if (start >= 0 && codeEnd == start + 14) {
            try {
                long code = Long.parseLong(message, start + 6, codeEnd, 16);
                return "TLS_error:|" + code + message.substring(codeEnd) + ":TLS_error_end";
            } catch (NumberFormatException _) {
                // not that text after all
            }
        }
        return "TLS_error:|" + message + ":TLS_error_end";
    }

    private static String error(long code, String reason, String detail) {
        return "TLS_error:|" + code + ":SSL routines:OPENSSL_internal:" + reason + detail + ":TLS_error_end";
    }
}
