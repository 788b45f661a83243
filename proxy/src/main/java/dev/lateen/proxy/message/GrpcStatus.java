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
        int value = number(number);
        return value < 0 || value >= NAMES.size() ? number : NAMES.get(value);
    }

    /** The number in {@code grpc-status}, 0 to 99; -1 for what is none. */
    public static int number(CharSequence text) {
        int value = text.isEmpty() ? -1 : 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i > 1) {
                return -1;
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** The HTTP status that a gRPC status in an answer's head counts as for outlier detection, as Envoy maps it. */
    public static int asHttp(CharSequence status) {
        return switch (status.toString()) {
            case "0", "1", "3", "5", "6", "9", "11" -> 200;
            case "7" -> 403;
            case "16" -> 401;
            case "8" -> 429;
            case "4" -> 504;
            case "12" -> 501;
            case "14" -> 503;
            default -> 500;
        };
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
