package dev.lateen.install.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;

/** Why an API server did not do what it was asked, in its own words where there are some. */
public final class ApiReason {
    private static final int FORBIDDEN = 403;
    private static final int UNKNOWN_CALLER = 401;

    private ApiReason() {}

    /** What the API server said, or why it can't be asked. */
    public static String of(KubernetesClientException e) {
        if (e.getCode() == FORBIDDEN) {
            return "the API server forbids it: " + said(e);
        }
        if (e.getCode() == UNKNOWN_CALLER) {
            return "the API server doesn't know who asks: " + said(e)
                    + " (expected: a token or client certificate that it accepts)";
        }
        if (e.getStatus() != null) {
            return said(e);
        }
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "no answer from the API server: " + (cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private static String said(KubernetesClientException e) {
        String status = e.getStatus() == null ? null : e.getStatus().getMessage();
        return status != null ? status : String.valueOf(e.getMessage());
    }
}
