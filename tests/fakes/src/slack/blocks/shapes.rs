//! Which blocks and elements there are, where they may stand, and which fields they have.

/// Where something may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the list of blocks.
    Block,
    /// As the accessory of a section.
    Section,
    /// In an actions block.
    Actions,
    /// In an input block.
    Input,
}

/// The fields of a block or an element.
#[derive(Debug)]
pub(super) struct Shape {
    kind: &'static str,
    pub(super) places: &'static [Place],
    pub(super) must: &'static str,
    pub(super) may: &'static str,
}

const BLOCK: &[Place] = &[Place::Block];
const IMAGE: &[Place] = &[Place::Block, Place::Section];
const BUTTON: &[Place] = &[Place::Section, Place::Actions];
const ALL: &[Place] = &[Place::Section, Place::Actions, Place::Input];
const MULTI: &[Place] = &[Place::Section, Place::Input];
const TIMES: &[Place] = &[Place::Actions, Place::Input];
const INPUT: &[Place] = &[Place::Input];

macro_rules! shapes {
    ($($kind:literal $places:ident $must:literal $may:literal;)*) => {
        &[$(Shape { kind: $kind, places: $places, must: $must, may: $may }),*]
    };
}

const SHAPES: &[Shape] = shapes! {
    "section" BLOCK "" "text fields accessory expand";
    "divider" BLOCK "" "";
    "header" BLOCK "text" "level";
    "context" BLOCK "elements" "";
    "actions" BLOCK "elements" "";
    "input" BLOCK "label element" "dispatch_action hint optional";
    "image" IMAGE "alt_text" "image_url slack_file title image_width image_height image_bytes fallback";
    "rich_text" BLOCK "elements" "";
    "markdown" BLOCK "text" "";
    "video" BLOCK "alt_text title thumbnail_url video_url"
        "author_name description provider_icon_url provider_name title_url";
    "button" BUTTON "text" "action_id url value style confirm accessibility_label";
    "overflow" BUTTON "options" "action_id confirm";
    "static_select" ALL ""
        "options option_groups action_id initial_option confirm focus_on_load placeholder";
    "external_select" ALL "" "action_id initial_option min_query_length confirm focus_on_load placeholder";
    "users_select" ALL "" "action_id initial_user confirm focus_on_load placeholder";
    "conversations_select" ALL ""
        "action_id initial_conversation default_to_current_conversation confirm response_url_enabled filter focus_on_load placeholder";
    "channels_select" ALL "" "action_id initial_channel confirm response_url_enabled focus_on_load placeholder";
    "multi_static_select" MULTI ""
        "options option_groups action_id initial_options confirm max_selected_items focus_on_load placeholder";
    "multi_external_select" MULTI ""
        "action_id initial_options min_query_length confirm max_selected_items focus_on_load placeholder";
    "multi_users_select" MULTI "" "action_id initial_users confirm max_selected_items focus_on_load placeholder";
    "multi_conversations_select" MULTI ""
        "action_id initial_conversations default_to_current_conversation confirm max_selected_items filter focus_on_load placeholder";
    "multi_channels_select" MULTI "" "action_id initial_channels confirm max_selected_items focus_on_load placeholder";
    "checkboxes" ALL "options" "action_id initial_options confirm focus_on_load";
    "radio_buttons" ALL "options" "action_id initial_option confirm focus_on_load";
    "datepicker" ALL "" "action_id initial_date confirm focus_on_load placeholder";
    "timepicker" ALL "" "action_id initial_time confirm focus_on_load placeholder timezone";
    "datetimepicker" TIMES "" "action_id initial_date_time confirm focus_on_load";
    "plain_text_input" INPUT ""
        "action_id initial_value multiline min_length max_length dispatch_action_config focus_on_load placeholder";
    "rich_text_input" INPUT "" "action_id initial_value dispatch_action_config focus_on_load placeholder";
    "number_input" INPUT "is_decimal_allowed"
        "action_id initial_value min_value max_value dispatch_action_config focus_on_load placeholder";
    "email_text_input" INPUT "" "action_id initial_value dispatch_action_config focus_on_load placeholder";
    "url_text_input" INPUT "" "action_id initial_value dispatch_action_config focus_on_load placeholder";
    "file_input" INPUT "" "action_id filetypes max_files";
};

/// Fields of an option.
pub(super) const OPTION: Shape = Shape { kind: "option", places: &[], must: "text value", may: "description url" };
/// Fields of a group of options.
pub(super) const GROUP: Shape = Shape { kind: "group", places: &[], must: "label options", may: "" };
/// Fields of a question before something is done.
pub(super) const CONFIRM: Shape = Shape { kind: "confirm", places: &[], must: "title text confirm deny", may: "style" };
/// Fields of a dialog.
pub(super) const MODAL: Shape = Shape {
    kind: "modal",
    places: &[],
    must: "title blocks",
    may: "close submit private_metadata callback_id clear_on_close notify_on_close external_id submit_disabled",
};
/// Fields of an App Home.
pub(super) const HOME: Shape = Shape {
    kind: "home",
    places: &[],
    must: "blocks",
    may: "private_metadata callback_id external_id title close submit clear_on_close notify_on_close",
};

/// The shape of this type.
pub(super) fn shape(kind: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.kind == kind)
}
