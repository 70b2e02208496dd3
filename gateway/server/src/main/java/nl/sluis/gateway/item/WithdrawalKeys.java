package nl.sluis.gateway.item;

/** Keys of the withdrawals log: what was taken back, who was told, who has answered. */
public final class WithdrawalKeys {
    /** What keys of contributions that were taken back start with. */
    public static final String CONTRIBUTION = "contribution/";

    /** What keys of notices start with. */
    public static final String NOTICE = "notice/";

    /** What keys of answers start with. */
    public static final String ACKNOWLEDGEMENT = "acknowledgement/";

    private WithdrawalKeys() {}

    /** A contribution that was taken back, as the basis of a product names it. */
    public static String contribution(String contributionId) {
        return CONTRIBUTION + contributionId;
    }

    /** Who was told of a withdrawal. */
    public static String notice(AudienceId audience, String productId, int version) {
        return NOTICE + audience.text() + "/" + productId + "/" + version;
    }

    /** A tenant's answer. */
    public static String acknowledgement(String tenant, String productId, int version) {
        return ACKNOWLEDGEMENT + tenant + "/" + productId + "/" + version;
    }
}
