package dev.lateen.proxy.message;

import java.util.List;

/** gRPC's status codes, as access logs name them and as they follow from HTTP's. */
public final class GrpcStatus {
    private static final List<String> NAMES = List.of(
            "OK",
            "Canceled",
            "Unknown",
            "InvalidArgument",
            "DeadlineExceeded",
            "NotFound",
            "AlreadyExists",
            "PermissionDenied",
            "ResourceExhausted",
            "FailedPrecondition",
            "Aborted",
            "OutOfRange",
            "Unimplemented",
            "Internal",
            "Unavailable",
            "DataLoss",
            "Unauthenticated");

    private GrpcStatus() {}

    /** The name of a status in {@code grpc-status}; what is no number of a status is given back as it is. */
    static CharSequence name(CharSequence number) {
        int value = 0;
        for (int i = 0; i < number.length(); i++) {
            int digit = number.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i > 1) {
                return number;
            }
            value = 10 * value + digit;
        }
        return number.isEmpty() || value >= NAMES.size() ? number : NAMES.get(value);
    }

    /** The gRPC project's "HTTP to gRPC Status Code Mapping". */
    public static int ofHttp(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }
}
